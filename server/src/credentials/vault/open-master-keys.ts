// Which master keys a start uses, and when it refuses: production without a key of its own, keys that others can read, and
// a database whose keys are wrapped by a master key that is not there. Must never make a key where one is missing.
import { join } from 'node:path';
import { ToolcribError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Config } from '../../base/settings.ts';
import type { Store } from '../../store/store.ts';
import { makeKeyFile, parseKeyList, readKeyFile } from './key-file.ts';
import { invalid, makeMasterKey } from './master-key.ts';
import type { MasterKey } from './master-key.ts';
import { openLocalMasterKeys } from './local-master-keys.ts';
import type { MasterKeys } from './master-keys.ts';

export interface MasterKeysDeps {
  readonly store: Store;
  readonly log: Log;
}

export type VaultConfig = Pick<Config, 'mode' | 'data_folder' | 'vault_key_file' | 'vault_keys'>;

export interface OpenedMasterKeys {
  readonly master: MasterKeys;
  /** What is unsafe, for the start to say. */
  readonly warnings: readonly string[];
}

/** Finds the master keys. Throws `vault_key_invalid`, `vault_key_missing`, `database_unavailable`. */
export async function openMasterKeys({ store, log }: MasterKeysDeps, config: VaultConfig): Promise<OpenedMasterKeys> {
  refuseConfig(config);
  const uses = await countByMasterKey(store);
  const warnings: string[] = [];
  const file = keyFileOf(config);
  if (file !== undefined && config.vault_key_file === undefined) {
    if (uses.length === 0 && (await makeKeyFile(file, makeMasterKey()))) log.info('vault-key-file-made', { file });
    warnings.push(
      `The master key of the vault is in ${file}, a file that the server has made: whoever reads it can read every secret. Production needs vault.key_file or vault.keys.`,
    );
  }
  if (file !== undefined) {
    const found = await readKeyFile(file);
    // The file that the server makes by itself: where there were keys, there has been one.
    if (found === undefined && uses.length > 0) throw missing(uses);
    if (found?.exposure !== undefined) {
      if (config.mode === 'production') throw invalid(`${found.exposure}: chmod 600`);
      warnings.push(`${found.exposure}: chmod 600 ${file}`);
    }
  }
  const master = await openLocalMasterKeys({ read: () => configuredKeys(config), log });
  const known = await Promise.all(uses.map(({ master_key_id }) => master.has(master_key_id)));
  const lost = uses.filter((_, index) => known[index] !== true);
  if (lost.length > 0) throw missing(lost);
  return { master, warnings };
}

/** The keys that are configured now, the current one first. Throws `vault_key_invalid`. */
export async function configuredKeys(config: VaultConfig): Promise<readonly MasterKey[]> {
  const file = keyFileOf(config);
  if (file === undefined) return parseKeyList(config.vault_keys, (index) => `number ${index + 1} of vault.keys`);
  const found = await readKeyFile(file);
  if (found === undefined) throw invalid(`there is no file ${file}`);
  return found.keys;
}

/** The file that the keys stand in; undefined when they are given as a list. */
function keyFileOf({ data_folder, vault_key_file, vault_keys }: VaultConfig): string | undefined {
  return vault_keys.length > 0 ? undefined : (vault_key_file ?? join(data_folder, 'master.key'));
}

function refuseConfig({ mode, vault_key_file, vault_keys }: VaultConfig): void {
  if (vault_key_file !== undefined && vault_keys.length > 0) {
    throw invalid('keys are given both in vault.key_file and in vault.keys, and only one of them can be right');
  }
  if (mode === 'production' && vault_key_file === undefined && vault_keys.length === 0) {
    throw invalid('production needs one in vault.key_file or vault.keys, and there is none');
  }
}

export interface MasterKeyUse {
  readonly master_key_id: string;
  readonly tenants: number;
}

/** How many tenants' keys each master key wraps. */
export function countByMasterKey(store: Store): Promise<readonly MasterKeyUse[]> {
  return store.asOperator(async (db) => {
    const rows = await db
      .selectFrom('data_key')
      .select((select) => ['master_key_id', select.fn.countAll<string>().as('tenants')])
      .groupBy('master_key_id')
      .orderBy('master_key_id')
      .execute();
    const uses = rows.map((row) => ({ master_key_id: row.master_key_id, tenants: Number(row.tenants) }));
    // The operator's own key counts as in use, and for no tenant.
    const own = await db.selectFrom('system_key').select('master_key_id').executeTakeFirst();
    if (own === undefined || uses.some(({ master_key_id }) => master_key_id === own.master_key_id)) return uses;
    return [...uses, { master_key_id: own.master_key_id, tenants: 0 }];
  });
}

function missing(uses: readonly MasterKeyUse[]): ToolcribError {
  const key = uses.map(({ master_key_id }) => master_key_id).join(', ');
  const count = uses.reduce((sum, { tenants }) => sum + tenants, 0);
  return new ToolcribError('vault_key_missing', { params: { key, count } });
}
