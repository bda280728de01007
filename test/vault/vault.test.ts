// The vault on both forms of the database: what it seals opens only where it was sealed, for whom it was sealed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { createVault } from '../../server/src/credentials/vault/create-vault.ts';
import { openLocalMasterKeys } from '../../server/src/credentials/vault/local-master-keys.ts';
import { makeMasterKey, parseMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import type { MasterKeys } from '../../server/src/credentials/vault/master-keys.ts';
import { deleteSecrets, readSecrets, writeSecrets } from '../../server/src/credentials/vault/secrets.ts';
import type { Vault } from '../../server/src/credentials/vault/vault.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addTenant, storeForms } from '../support/stores.ts';
import type { StoreHome } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

const log = createLog({ level: 'silent' });

describe.each(storeForms)('on %s', (_, home) => {
  let place: StoreHome;
  let store: Store;
  let tenant_id: string;
  let other_id: string;
  let master: MasterKeys;
  const vaultOf = (keys: MasterKeys): Vault =>
    createVault({ store, clock: systemClock, ids: randomIds, log, master: keys });

  beforeAll(async () => {
    place = await home();
    store = await place.open();
    ({ tenant_id } = await addTenant(store, 'acme'));
    ({ tenant_id: other_id } = await addTenant(store, 'globex'));
    const key = parseMasterKey(makeMasterKey(), 'the key');
    master = await openLocalMasterKeys({ read: () => Promise.resolve([key]), log });
  });
  afterAll(async () => {
    await store.close();
    await place.remove();
  });

  test('fields of a record are written, replaced one by one, read and deleted', async () => {
    verifies('CRD-06');
    const vault = await vaultOf(master).of(tenant_id);
    const record_id = randomIds.uuid();
    const read = () => store.inTenant(tenant_id, (db) => readSecrets(db, vault, record_id));
    await store.inTenant(tenant_id, (db) =>
      writeSecrets(db, vault, { record_id, fields: { user: 'ann', password: 'pläin' } }),
    );
    expect(await read()).toEqual({ user: 'ann', password: 'pläin' });
    await store.inTenant(tenant_id, (db) => writeSecrets(db, vault, { record_id, fields: { password: '' } }));
    expect(await read()).toEqual({ user: 'ann', password: '' });
    await store.inTenant(tenant_id, (db) => deleteSecrets(db, tenant_id, record_id));
    expect(await read()).toEqual({});
  });

  test('two processes that need the key of a new tenant at once get the same', async () => {
    const { tenant_id: fresh } = await addTenant(store, 'initech');
    const vaults = Array.from({ length: 8 }, () => vaultOf(master));
    const opened = await Promise.all([...vaults, ...vaults].map(async (vault) => vault.of(fresh)));
    const at = { record_id: randomIds.uuid(), field: 'token' };
    const sealed = opened.map((vault) => vault.seal(at, 'secret'));
    for (const vault of opened) for (const one of sealed) expect(vault.open(at, one)).toBe('secret');
    expect(new Set(opened.map((vault) => vault.digest('1234'))).size).toBe(1);
  });

  test('an open vault is there at once', async () => {
    const vault = vaultOf(master);
    const first = await vault.of(tenant_id);
    expect(vault.of(tenant_id)).toBe(first);
  });

  test('a digest is of one tenant', async () => {
    const [ours, theirs] = await Promise.all([vaultOf(master).of(tenant_id), vaultOf(master).of(other_id)]);
    expect(ours.digest('1234')).toMatch(/^[0-9a-f]{64}$/);
    expect(ours.digest('1234')).not.toBe(theirs.digest('1234'));
  });

  test('vault_unavailable with a master key that is not there, which is told to the operator alone', async () => {
    await vaultOf(master).of(tenant_id);
    const key = parseMasterKey(makeMasterKey(), 'the key');
    const wrong = await openLocalMasterKeys({ read: () => Promise.resolve([key]), log });
    await expect(Promise.resolve(vaultOf(wrong).of(tenant_id))).rejects.toMatchObject({
      code: 'vault_unavailable',
      message: expect.not.stringContaining(master.current()),
      cause: { code: 'vault_key_missing' },
    });
  });
});
