// Definitions in the database. What may be saved is decided by whoever calls (save-definition.ts).
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { deleteSecrets } from '../credentials/vault/secrets.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import type { Store } from '../store/store.ts';
import { isHandOffClient } from './definition.ts';
import type { Definition, DefinitionDraft, DefinitionKey } from './definition.ts';

/** All of one moment. */
export interface StoredDefinitions {
  readonly definitions: readonly Definition[];
  /** Of the tenant at that moment. */
  readonly catalogue_epoch: string;
}

/** Sorted by entity and name. */
export async function readDefinitions(store: Store, tenant_id: string): Promise<StoredDefinitions> {
  return store.inTenant(tenant_id, async (db) => {
    // First: what is read after it may be newer, and is then read again.
    const { catalogue_epoch } = await db
      .selectFrom('tenant')
      .select('catalogue_epoch')
      .where('id', '=', tenant_id)
      .executeTakeFirstOrThrow();
    const rows = await db
      .selectFrom('definition')
      .select(['entity', 'name', 'body', 'created_at', 'updated_at', 'updated_by'])
      .where('tenant_id', '=', tenant_id)
      .orderBy('entity')
      .orderBy('name')
      .limit(limits.definitions)
      .execute();
    const definitions = rows.map(({ created_at, updated_at, ...row }) => ({
      ...row,
      created_at: created_at.getTime(),
      updated_at: updated_at.getTime(),
    }));
    return { definitions, catalogue_epoch };
  });
}

export interface ChangeAt {
  readonly tenant_id: string;
  readonly actor: Actor;
  readonly user_id: string;
  /** At which it was checked: false is answered when the tenant's tools have changed since. */
  readonly catalogue_epoch: string;
}

/** Whether it was written. */
export async function writeDefinition(deps: IdentityDeps, draft: DefinitionDraft, at: ChangeAt): Promise<boolean> {
  const { tenant_id, actor, user_id } = at;
  return deps.store.inTenant(tenant_id, async (db) => {
    if (!(await isStill(db, at))) return false;
    const now = new Date(deps.clock.now());
    const { entity, name, body } = draft;
    const { id } = await db
      .insertInto('definition')
      .values({
        tenant_id,
        id: deps.ids.uuid(),
        entity,
        name,
        body,
        created_at: now,
        updated_at: now,
        updated_by: user_id,
      })
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'entity', 'name']).doUpdateSet({ body, updated_at: now, updated_by: user_id }),
      )
      .returning('id')
      .executeTakeFirstOrThrow();
    // What it was signed with as something else.
    if (!isHandOffClient(draft)) await deleteSecrets(db, tenant_id, id);
    await recordChange(db, deps, { tenant_id, actor, action: 'definition-saved', target_id: id });
    return true;
  });
}

/** Whether it was removed. Throws `not_found`. */
export async function removeDefinition(deps: IdentityDeps, key: DefinitionKey, at: ChangeAt): Promise<boolean> {
  const { tenant_id, actor } = at;
  return deps.store.inTenant(tenant_id, async (db) => {
    if (!(await isStill(db, at))) return false;
    const removed = await db
      .deleteFrom('definition')
      .where('tenant_id', '=', tenant_id)
      .where('entity', '=', key.entity)
      .where('name', '=', key.name)
      .returning('id')
      .executeTakeFirst();
    if (removed === undefined) throw new ToolcribError('not_found');
    await deleteSecrets(db, tenant_id, removed.id);
    await recordChange(db, deps, { tenant_id, actor, action: 'definition-deleted', target_id: removed.id });
    return true;
  });
}

/** Keeps others from changing it until the transaction ends. */
async function isStill(db: Database, { tenant_id, catalogue_epoch }: ChangeAt): Promise<boolean> {
  const now = await db
    .selectFrom('tenant')
    .select('catalogue_epoch')
    .where('id', '=', tenant_id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return now.catalogue_epoch === catalogue_epoch;
}
