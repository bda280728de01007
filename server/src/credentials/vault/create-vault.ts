// The vaults of the tenants: finds or makes a tenant's data key and keeps it in memory. A new key is used only after it is
// committed, so that nothing is ever sealed with a key that is lost.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { ToolcribError } from '../../base/errors.ts';
import type { Ids } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import type { MasterKeys, WrappedKey } from './master-keys.ts';
import { createTenantVault } from './tenant-vault.ts';
import type { TenantVault, Vault } from './vault.ts';

export interface VaultDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly master: MasterKeys;
}

interface StoredKey extends WrappedKey {
  readonly id: string;
}

export function createVault(deps: VaultDeps): Vault {
  /** The one used longest ago is first. */
  const vaults = new Map<string, TenantVault>();
  const opening = new Map<string, Promise<TenantVault>>();

  const open = async (tenant_id: string): Promise<TenantVault> => {
    try {
      const vault = await openVault(deps, tenant_id);
      vaults.set(tenant_id, vault);
      const [oldest] = vaults.keys();
      if (vaults.size > limits.vault_tenants && oldest !== undefined) vaults.delete(oldest);
      return vault;
    } finally {
      opening.delete(tenant_id);
    }
  };

  return {
    of: (tenant_id) => {
      const vault = vaults.get(tenant_id);
      if (vault !== undefined) {
        vaults.delete(tenant_id);
        vaults.set(tenant_id, vault);
        return vault;
      }
      let pending = opening.get(tenant_id);
      if (pending === undefined) opening.set(tenant_id, (pending = open(tenant_id)));
      return pending;
    },
  };
}

async function openVault(deps: VaultDeps, tenant_id: string): Promise<TenantVault> {
  const stored = (await findKey(deps, tenant_id)) ?? (await makeKey(deps, tenant_id));
  const bytes = await unwrap(deps, tenant_id, stored);
  try {
    return createTenantVault({ tenant_id, id: stored.id, bytes });
  } finally {
    bytes.fill(0);
  }
}

async function findKey({ store }: VaultDeps, tenant_id: string): Promise<StoredKey | undefined> {
  return store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('data_key')
      .select(['id', 'master_key_id', 'wrapped'])
      .where('tenant_id', '=', tenant_id)
      .executeTakeFirst(),
  );
}

/** Makes the tenant's key, unless another process is quicker; gives the one that is stored, in either case committed. */
async function makeKey(deps: VaultDeps, tenant_id: string): Promise<StoredKey> {
  const { store, clock, ids, log, master } = deps;
  const id = ids.uuid();
  const bytes = randomBytes(32);
  const wrapped = await master.wrap({ tenant_id, data_key_id: id }, bytes);
  bytes.fill(0);
  const stored = await store.inTenant(tenant_id, async (db) => {
    await db
      .insertInto('data_key')
      .values({ tenant_id, id, ...wrapped, created_at: new Date(clock.now()) })
      .onConflict((conflict) => conflict.column('tenant_id').doNothing())
      .execute();
    return db
      .selectFrom('data_key')
      .select(['id', 'master_key_id', 'wrapped'])
      .where('tenant_id', '=', tenant_id)
      .executeTakeFirstOrThrow();
  });
  if (stored.id === id) log.info('vault-data-key-made', { tenant_id, master_key_id: wrapped.master_key_id });
  return stored;
}

async function unwrap({ master, log }: VaultDeps, tenant_id: string, stored: StoredKey): Promise<Buffer> {
  try {
    return await master.unwrap({ tenant_id, data_key_id: stored.id }, stored);
  } catch (cause) {
    log.error('vault-closed', { tenant_id, master_key_id: stored.master_key_id, error: cause });
    // Which master key is missing is the operator's business, not the caller's.
    throw new ToolcribError('vault_unavailable', { cause });
  }
}
