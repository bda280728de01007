// A vault on a store of a test, with a master key of its own.
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { createVault } from '../../server/src/credentials/vault/create-vault.ts';
import { openLocalMasterKeys } from '../../server/src/credentials/vault/local-master-keys.ts';
import { makeMasterKey, parseMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import type { MasterKey } from '../../server/src/credentials/vault/master-key.ts';
import type { MasterKeys } from '../../server/src/credentials/vault/master-keys.ts';
import type { Vault } from '../../server/src/credentials/vault/vault.ts';
import type { Store } from '../../server/src/store/store.ts';

const log = createLog({ level: 'silent' });

/** Two vaults with the same `master` are as two processes. */
export function openTestVault(store: Store, master: MasterKeys): Vault {
  return createVault({ store, clock: systemClock, ids: randomIds, log, master });
}

/** Master keys that are read from this list, which a test may change; the first is the current one. */
export function testMasterKeys(keys: readonly MasterKey[] = [newMasterKey()]): Promise<MasterKeys> {
  return openLocalMasterKeys({ read: () => Promise.resolve(keys), log });
}

export function newMasterKey(): MasterKey {
  return parseMasterKey(makeMasterKey(), 'the key');
}
