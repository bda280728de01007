// The operator's vault: for secrets that belong to no tenant, such as settings of packs for everybody. One data key, wrapped
// by the master key as those of the tenants are.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { ToolcribError } from '../../base/errors.ts';
import type { Ids } from '../../base/ids.ts';
import type { Database } from '../../store/scope.ts';
import type { Store } from '../../store/store.ts';
import type { MasterKeys, WrapContext, WrappedKey } from './master-keys.ts';
import { createTenantVault } from './tenant-vault.ts';
import type { TenantVault } from './vault.ts';

export interface SystemVaultDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly master: MasterKeys;
}

/** Stands where a tenant's id does; no tenant has it. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** Opens it, and makes its key when there is none. Throws `vault_unavailable`, `database_unavailable`. */
export async function openSystemVault({ store, clock, ids, master }: SystemVaultDeps): Promise<TenantVault> {
  const stored = (await store.asOperator((db) => findKey(db))) ?? (await makeKey());
  const bytes = await master.unwrap(contextOf(stored.id), stored).catch((cause: unknown) => {
    throw new ToolcribError('vault_unavailable', { cause });
  });
  try {
    return createTenantVault({ tenant_id: nobody, id: stored.id, bytes });
  } finally {
    bytes.fill(0);
  }

  async function makeKey(): Promise<StoredKey> {
    const id = ids.uuid();
    const fresh = randomBytes(32);
    const wrapped = await master.wrap(contextOf(id), fresh);
    fresh.fill(0);
    return store.asOperator(async (db) => {
      await db
        .insertInto('system_key')
        .values({ only_one: true, id, ...wrapped, created_at: new Date(clock.now()) })
        .onConflict((conflict) => conflict.column('only_one').doNothing())
        .execute();
      const found = await findKey(db);
      if (found === undefined) throw new TypeError('The key was not written');
      return found;
    });
  }
}

interface StoredKey extends WrappedKey {
  readonly id: string;
}

function contextOf(id: string): WrapContext {
  return { tenant_id: nobody, data_key_id: id };
}

function findKey(db: Database): Promise<StoredKey | undefined> {
  return db.selectFrom('system_key').select(['id', 'master_key_id', 'wrapped']).executeTakeFirst();
}

/** Wraps it with the current master key, where another has. Whether it did. Throws what unwrapping throws. */
export async function rewrapSystemKey({ store, master }: Pick<SystemVaultDeps, 'store' | 'master'>): Promise<boolean> {
  const stored = await store.asOperator((db) => findKey(db));
  if (stored === undefined || stored.master_key_id === master.current()) return false;
  const bytes = await master.unwrap(contextOf(stored.id), stored);
  try {
    const renewed = await master.wrap(contextOf(stored.id), bytes);
    return await store.asOperator(async (db) => {
      const { numUpdatedRows } = await db
        .updateTable('system_key')
        .set(renewed)
        .where('master_key_id', '=', stored.master_key_id)
        .where('wrapped', '=', stored.wrapped)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  } finally {
    bytes.fill(0);
  }
}
