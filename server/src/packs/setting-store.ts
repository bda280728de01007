// The settings of packs in the database: a tenant's and its workspaces'. Secrets are in the vault only.
import type { ConfigValue } from '@toolcrib/client';
import { ToolcribError } from '../base/errors.ts';
import { value_none } from './setting-change.ts';
import type { SettingChange } from './setting-change.ts';
import { writeSecrets } from '../credentials/vault/secrets.ts';
import type { Vault } from '../credentials/vault/vault.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import type { Store } from '../store/store.ts';
import type { Connection } from './resolve-settings.ts';

/** A sealed text with the record that it is bound to. */
export interface SealedSecret {
  readonly record_id: string;
  readonly field: string;
  readonly sealed: Buffer;
}

export interface StoredConnection extends Connection<SealedSecret> {
  readonly id: string;
  readonly code: string;
  readonly workspace_id: string | null;
  readonly enabled: boolean;
}

/** Everything that one tenant has said of packs. */
export async function readTenantSettings(store: Store, tenant_id: string): Promise<readonly StoredConnection[]> {
  return store.inTenant(tenant_id, (db) => readRows(db, tenant_id, {}));
}

interface Which {
  readonly code?: string;
  readonly workspace_id?: string | null;
}

async function readRows(db: Database, tenant_id: string, which: Which): Promise<readonly StoredConnection[]> {
  let all = db
    .selectFrom('pack_setting')
    .leftJoin('secret', (join) =>
      join.onRef('secret.tenant_id', '=', 'pack_setting.tenant_id').onRef('secret.record_id', '=', 'pack_setting.id'),
    )
    .select(['pack_setting.id', 'code', 'workspace_id', 'enabled', 'connection_type', 'field_values'])
    .select(['remote_cluster_url', 'remote_connection_id', 'secret.field', 'secret.sealed'])
    .where('pack_setting.tenant_id', '=', tenant_id)
    .orderBy('pack_setting.id');
  if (which.code !== undefined) all = all.where('code', '=', which.code);
  if (which.workspace_id !== undefined) all = all.where('workspace_id', 'is not distinct from', which.workspace_id);
  const found = new Map<string, StoredConnection & { readonly secrets: Map<string, SealedSecret> }>();
  for (const { field, sealed, field_values, ...row } of await all.execute()) {
    const known = found.get(row.id) ?? { ...row, values: field_values, secrets: new Map<string, SealedSecret>() };
    found.set(row.id, known);
    if (field !== null && sealed !== null) known.secrets.set(field, { record_id: row.id, field, sealed });
  }
  return [...found.values()];
}

export interface SettingDeps extends IdentityDeps {
  readonly vault: Vault;
}

export interface SettingKey {
  readonly tenant_id: string;
  readonly code: string;
  /** Null: the tenant's own. */
  readonly workspace_id: string | null;
}

/** Turns a pack on or off for the tenant; false when it was so already. */
export async function setEnabled(
  deps: IdentityDeps,
  actor: Actor,
  { enabled, ...key }: Omit<SettingKey, 'workspace_id'> & { readonly enabled: boolean },
): Promise<boolean> {
  const { tenant_id, code } = key;
  return deps.store.inTenant(tenant_id, async (db) => {
    const row = await rowFor(db, deps, { ...key, workspace_id: null });
    if (row.enabled === enabled) return false;
    const now = new Date(deps.clock.now());
    await db
      .updateTable('pack_setting')
      .set({ enabled, updated_at: now })
      .where('tenant_id', '=', tenant_id)
      .where('code', '=', code)
      .where('workspace_id', 'is', null)
      .execute();
    const action = enabled ? 'pack-enabled' : 'pack-disabled';
    await recordChange(db, deps, { tenant_id, actor, action, target_id: row.id });
    return true;
  });
}

/** Records that a member has used a settings endpoint that may have changed something. */
export async function recordRouteCall(
  deps: IdentityDeps,
  actor: Actor,
  { tenant_id, code }: Omit<SettingKey, 'workspace_id'>,
): Promise<void> {
  await deps.store.inTenant(tenant_id, async (db) => {
    const { id } = await rowFor(db, deps, { tenant_id, code, workspace_id: null });
    await recordChange(db, deps, { tenant_id, actor, action: 'pack-configured', target_id: id });
  });
}

/** Changes the settings; fields that the change does not name stay, but for `change.forgets`. Throws `not_found`. */
export async function changeSettings(
  deps: SettingDeps,
  actor: Actor,
  { change, ...key }: SettingKey & { readonly change: (before: StoredConnection) => SettingChange },
): Promise<void> {
  const { tenant_id, workspace_id } = key;
  const vault = await deps.vault.of(tenant_id);
  await deps.store.inTenant(tenant_id, async (db) => {
    if (workspace_id !== null) await requireWorkspace(db, tenant_id, workspace_id);
    const before = await rowFor(db, deps, key);
    const { connection, values, secrets, forgets } = change(before);
    const kept = { ...before.values, ...values } as Record<string, ConfigValue | typeof value_none>;
    const field_values = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== value_none));
    await db
      .updateTable('pack_setting')
      .set({
        ...connection,
        field_values: JSON.stringify(field_values) as never,
        updated_at: new Date(deps.clock.now()),
      })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', before.id)
      .execute();
    await deleteFields(db, { tenant_id, record_id: before.id }, forgets);
    await writeSecrets(db, vault, { record_id: before.id, fields: secrets });
    await recordChange(db, deps, { tenant_id, actor, action: 'pack-configured', target_id: before.id });
  });
}

async function deleteFields(
  db: Database,
  { tenant_id, record_id }: { readonly tenant_id: string; readonly record_id: string },
  fields: readonly string[],
): Promise<void> {
  if (fields.length === 0) return;
  await db
    .deleteFrom('secret')
    .where('tenant_id', '=', tenant_id)
    .where('record_id', '=', record_id)
    .where('field', 'in', fields)
    .execute();
}

async function requireWorkspace(db: Database, tenant_id: string, id: string): Promise<void> {
  const found = await db
    .selectFrom('workspace')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (found === undefined) throw new ToolcribError('not_found');
}

/** The row, made when there is none, and held until the transaction ends. */
async function rowFor(db: Database, deps: IdentityDeps, key: SettingKey): Promise<StoredConnection> {
  const { tenant_id, code, workspace_id } = key;
  await db
    .insertInto('pack_setting')
    .values({
      ...{ tenant_id, id: deps.ids.uuid(), code, workspace_id, enabled: false, connection_type: 'local' },
      ...{ remote_cluster_url: null, remote_connection_id: null, field_values: {} },
      updated_at: new Date(deps.clock.now()),
    })
    .onConflict((conflict) => conflict.constraint('pack_setting_code_key').doNothing())
    .execute();
  await db
    .selectFrom('pack_setting')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('code', '=', code)
    .where('workspace_id', 'is not distinct from', workspace_id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const [row] = await readRows(db, tenant_id, { code, workspace_id });
  if (row === undefined) throw new ToolcribError('not_found');
  return row;
}
