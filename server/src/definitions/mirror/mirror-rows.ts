// The rows of mirrored servers: a tenant's own, and those of the operator's files. One change of one row at a time.
import type { Ids } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ToolScope } from '../../catalog/tool.ts';
import type { Database } from '../../store/scope.ts';
import type { Store } from '../../store/store.ts';
import type { MirrorState } from './mirror-state.ts';

export interface MirrorAt {
  readonly scope: ToolScope;
  readonly source: string;
}

export interface MirrorRow extends MirrorState {
  /** Milliseconds since 1970. */
  readonly looked_at: number;
}

/** Undefined: nobody has looked at it yet. */
export async function readMirror(store: Store, { scope, source }: MirrorAt): Promise<MirrorRow | undefined> {
  return scope.kind === 'tenant'
    ? store.inTenant(scope.tenant_id, (db) => readOfTenant(db, scope.tenant_id, source))
    : store.asOperator((db) => readOfSystem(db, source));
}

export interface MirrorChange {
  readonly now: number;
  readonly ids: Ids;
  /** The new state; undefined when nothing of it changes. */
  readonly change: (before: MirrorState | undefined) => MirrorState | undefined;
  /** In the same transaction, when something has changed; not for those of the operator. */
  readonly also?: (db: Database, id: string) => Promise<void>;
}

/** What it is afterwards, and whether it has changed. */
export async function changeMirror(
  store: Store,
  at: MirrorAt,
  change: MirrorChange,
): Promise<{ readonly state: MirrorState | undefined; readonly is_changed: boolean }> {
  const { scope } = at;
  return scope.kind === 'tenant'
    ? store.inTenant(scope.tenant_id, (db) =>
        changeOfTenant(db, { tenant_id: scope.tenant_id, source: at.source }, change),
      )
    : store.asOperator((db) => changeOfSystem(db, at.source, change));
}

async function changeOfTenant(
  db: Database,
  { tenant_id, source }: { readonly tenant_id: string; readonly source: string },
  { now, ids, change, also }: MirrorChange,
) {
  const before = await readOfTenant(db, tenant_id, source, 'lock');
  const state = change(before);
  const looked_at = new Date(now);
  if (state === undefined) {
    await db
      .updateTable('mirror')
      .set({ looked_at })
      .where('tenant_id', '=', tenant_id)
      .where('source', '=', source)
      .execute();
    return { state: before, is_changed: false };
  }
  const values = { ...toColumns(state), looked_at };
  const { id } = await db
    .insertInto('mirror')
    .values({ tenant_id, id: ids.uuid(), source, ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'source']).doUpdateSet(values))
    .returning('id')
    .executeTakeFirstOrThrow();
  await also?.(db, id);
  return { state, is_changed: true };
}

async function changeOfSystem(db: Database, source: string, { now, change }: MirrorChange) {
  const before = await readOfSystem(db, source, 'lock');
  const state = change(before);
  const looked_at = new Date(now);
  if (state === undefined) {
    await db.updateTable('system_mirror').set({ looked_at }).where('source', '=', source).execute();
    return { state: before, is_changed: false };
  }
  const values = { ...toColumns(state), looked_at };
  const next_look_at = new Date(now + limits.mcp_sweep_ms);
  await db
    .insertInto('system_mirror')
    .values({ source, ...values, version: '1', next_look_at })
    .onConflict((conflict) =>
      conflict.column('source').doUpdateSet((row) => ({ ...values, version: row('system_mirror.version', '+', '1') })),
    )
    .execute();
  return { state, is_changed: true };
}

/** Whether this process is the one to look now. */
export async function takeSystemLook(
  store: Store,
  { source, now, wait_ms }: { readonly source: string; readonly now: number; readonly wait_ms: number },
): Promise<boolean> {
  const next_look_at = new Date(now + wait_ms);
  const taken = await store.asOperator((db) =>
    db
      .updateTable('system_mirror')
      .set({ next_look_at })
      .where('source', '=', source)
      .where('next_look_at', '<=', new Date(now))
      .executeTakeFirst(),
  );
  return taken.numUpdatedRows === 1n;
}

/** Grows whenever something of the operator's has changed, in whatever process. */
export async function systemVersion(store: Store): Promise<string> {
  const rows = await store.asOperator((db) =>
    db.selectFrom('system_mirror').select(['source', 'version']).orderBy('source').execute(),
  );
  return rows.map(({ source, version }) => `${source} ${version}`).join('\n');
}

async function readOfTenant(
  db: Database,
  tenant_id: string,
  source: string,
  lock?: 'lock',
): Promise<MirrorRow | undefined> {
  const query = db
    .selectFrom('mirror')
    .select(['identity', 'tools', 'refused', 'looked_at'])
    .where('tenant_id', '=', tenant_id)
    .where('source', '=', source);
  const row = await (lock === undefined ? query : query.forUpdate()).executeTakeFirst();
  return row && toRow(row);
}

async function readOfSystem(db: Database, source: string, lock?: 'lock'): Promise<MirrorRow | undefined> {
  const query = db
    .selectFrom('system_mirror')
    .select(['identity', 'tools', 'refused', 'looked_at'])
    .where('source', '=', source);
  const row = await (lock === undefined ? query : query.forUpdate()).executeTakeFirst();
  return row && toRow(row);
}

function toColumns({ identity, tools, refused }: MirrorState) {
  return { identity, tools: JSON.stringify(tools), refused: JSON.stringify(refused) };
}

interface StoredMirror {
  readonly identity: string;
  readonly tools: readonly JsonObject[];
  readonly refused: readonly JsonObject[];
  readonly looked_at: Date;
}

/** Only this file writes them. */
function toRow({ tools, refused, ...row }: StoredMirror): MirrorRow {
  return {
    ...{ identity: row.identity, looked_at: row.looked_at.getTime() },
    tools: tools as unknown as MirrorRow['tools'],
    refused: refused as unknown as MirrorRow['refused'],
  };
}
