// Wraps the tenants' keys anew with the current master key, while calls go on: what they seal with stays the same. Several
// processes may do it at once, each change is a compare-and-set.
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import type { MasterKeys, WrappedKey } from './master-keys.ts';
import { rewrapSystemKey } from './system-vault.ts';

export interface RewrapDeps {
  readonly store: Store;
  readonly log: Log;
  readonly master: MasterKeys;
}

export interface Rewrapped {
  /** Tenants whose key was wrapped anew. */
  readonly done: number;
  /** Tenants whose key could not be unwrapped; the operator's own counts as one. */
  readonly failed: number;
}

interface Stale extends WrappedKey {
  readonly tenant_id: string;
  readonly id: string;
}

/** One look at every key that another master key has wrapped. Throws `database_unavailable`. */
export async function rewrap(deps: RewrapDeps): Promise<Rewrapped> {
  const current = deps.master.current();
  let done = 0;
  let failed = 0;
  let after: string | undefined;
  let first_error: unknown;
  for (;;) {
    const stale = await nextStale(deps.store, current, after);
    const last = stale.at(-1);
    if (last === undefined) break;
    after = last.tenant_id;
    const changes: Change[] = [];
    for (const result of await Promise.allSettled(stale.map((key) => renew(deps.master, key)))) {
      if (result.status === 'fulfilled') changes.push(result.value);
      else {
        failed += 1;
        first_error ??= result.reason;
      }
    }
    done += await save(deps.store, changes);
    // The newer master key has its own look.
    if (deps.master.current() !== current) break;
  }
  try {
    await rewrapSystemKey(deps);
  } catch (thrown) {
    failed += 1;
    first_error ??= thrown;
  }
  if (done > 0 || failed > 0) {
    const fields = { master_key_id: current, tenants: done, failed };
    if (failed > 0) deps.log.error('vault-rewrap-incomplete', { ...fields, error: first_error });
    else deps.log.info('vault-rewrapped', fields);
  }
  return { done, failed };
}

function nextStale(store: Store, current: string, after: string | undefined): Promise<readonly Stale[]> {
  return store.asOperator((db) => {
    const stale = db
      .selectFrom('data_key')
      .select(['tenant_id', 'id', 'master_key_id', 'wrapped'])
      .where('master_key_id', '<>', current)
      .orderBy('tenant_id')
      .limit(limits.vault_rewrap_batch);
    return (after === undefined ? stale : stale.where('tenant_id', '>', after)).execute();
  });
}

interface Change {
  readonly old: Stale;
  readonly renewed: WrappedKey;
}

async function renew(master: MasterKeys, old: Stale): Promise<Change> {
  const context = { tenant_id: old.tenant_id, data_key_id: old.id };
  const bytes = await master.unwrap(context, old);
  try {
    return { old, renewed: await master.wrap(context, bytes) };
  } finally {
    bytes.fill(0);
  }
}

/** How many were still as they were read: another process may have been quicker. In the order of tenants, so that two
 * processes wait for each other and never in a circle. */
function save(store: Store, changes: readonly Change[]): Promise<number> {
  return store.asOperator(async (db) => {
    let saved = 0n;
    for (const { old, renewed } of changes) {
      const { numUpdatedRows } = await db
        .updateTable('data_key')
        .set(renewed)
        .where('tenant_id', '=', old.tenant_id)
        .where('id', '=', old.id)
        .where('master_key_id', '=', old.master_key_id)
        .where('wrapped', '=', old.wrapped)
        .executeTakeFirst();
      saved += numUpdatedRows;
    }
    return Number(saved);
  });
}
