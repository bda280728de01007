// The operator's data key: made once, opened by every process, wrapped anew with the others when the master key changes.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { ToolcribError } from '../../server/src/base/errors.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { openLocalMasterKeys } from '../../server/src/credentials/vault/local-master-keys.ts';
import { makeMasterKey, parseMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { countByMasterKey } from '../../server/src/credentials/vault/open-master-keys.ts';
import { rewrap } from '../../server/src/credentials/vault/rewrap.ts';
import { openSystemVault } from '../../server/src/credentials/vault/system-vault.ts';
import type { Store } from '../../server/src/store/store.ts';
import { storeForms } from '../support/stores.ts';
import type { StoreHome } from '../support/stores.ts';

const makeHome = storeForms[1]?.[1];
const log = createLog({ level: 'silent' });
let home: StoreHome;
let store: Store;
beforeAll(async () => {
  if (makeHome === undefined) throw new Error('There is a form of the store with PostgreSQL');
  home = await makeHome();
  store = await home.open();
});
afterAll(async () => {
  await store.close();
  await home.remove();
});

test('what is sealed before a change of the master key opens after it, without the old one', async () => {
  const [old_key, new_key] = [makeMasterKey(), makeMasterKey()].map((text) => parseMasterKey(text, 'here'));
  if (old_key === undefined || new_key === undefined) throw new Error('There are two keys');
  const withKeys = (...keys: readonly (typeof old_key)[]) =>
    openLocalMasterKeys({ read: () => Promise.resolve(keys), log });
  const deps = { store, clock: systemClock, ids: randomIds };
  const at = { record_id: 'pack-system-setting mail', field: 'api_token' };
  const first = await openSystemVault({ ...deps, master: await withKeys(old_key) });
  const sealed = first.seal(at, 'the token');
  expect(await countByMasterKey(store)).toEqual([{ master_key_id: old_key.id, tenants: 0 }]);
  const { failed } = await rewrap({ store, log, master: await withKeys(new_key, old_key) });
  expect(failed).toBe(0);
  expect(await countByMasterKey(store)).toEqual([{ master_key_id: new_key.id, tenants: 0 }]);
  const later = await openSystemVault({ ...deps, master: await withKeys(new_key) });
  expect(later.open(at, sealed)).toBe('the token');
  expect(() => later.open({ ...at, field: 'base_url' }, sealed)).toThrow(ToolcribError);
});
