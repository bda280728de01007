// Which master keys a start uses, and when it refuses: production without a key of its own, keys that others can read, and
// a database whose keys are wrapped by a master key that is not there. Must never make a key where one is missing.
import { join } from 'node:path';
import { ToolcribError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Config } from '../../base/settings.ts';
import type { Store } from '../../store/store.ts';
import { makeKeyFile, parseKeyList, readKeyFile } from './key-file.ts';
import type { KeyFile } from './key-file.ts';
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
  /** The file that the keys stand in, where they stand in one. */
  readonly file: string | undefined;
}

/** Finds the master keys. Throws `vault_key_invalid`, `vault_key_missing`, `database_unavailable`. */
export async function openMasterKeys({ store, log }: MasterKeysDeps, config: VaultConfig): Promise<OpenedMasterKeys> {
  const { mode, vault_key_file, vault_keys } = config;
  if (vault_key_file !== undefined && vault_keys.length > 0) {
    throw invalid('keys are given both in vault.key_file and in vault.keys, and only one of them can be right');
  }
  if (mode === 'production' && vault_key_file === undefined && vault_keys.length === 0) {
    throw invalid('in production one is needed, in vault.key_file or vault.keys, and there is none');
  }
  const uses = await countByMasterKey(store);
  if (vault_keys.length > 0) {
    const keys = parseKeyList(vault_keys, (index) => `number ${index + 1} of vault.keys`);
    return opened({ read: () => Promise.resolve(keys), log }, uses, { warnings: [], file: undefined });
  }
  const file = vault_key_file ?? developmentFile(config);
  const warnings: string[] = [];
  if (vault_key_file === undefined) {
    if (uses.length === 0 && (await makeKeyFile(file, makeMasterKey()))) log.info('vault-key-file-made', { file });
    warnings.push(
      `The vault's master key is in ${file}, made by the server itself: secrets are as safe as that file. Production needs vault.key_file or vault.keys.`,
    );
  }
  const found = await readKeyFile(file);
  if (found === undefined && uses[0] !== undefined) throw missing(uses);
  const exposure = usable(found, file).exposure;
  if (exposure !== undefined) {
    if (mode === 'production') throw invalid(`${exposure}: chmod 600`);
    warnings.push(`${exposure}: chmod 600 ${file}`);
  }
  const read = async (): Promise<readonly MasterKey[]> => usable(await readKeyFile(file), file).keys;
  return opened({ read, log }, uses, { warnings, file });
}

export function developmentFile({ data_folder }: Pick<Config, 'data_folder'>): string {
  return join(data_folder, 'master.key');
}

function usable(found: KeyFile | undefined, file: string): KeyFile {
  if (found === undefined) throw invalid(`there is no file ${file}`);
  return found;
}

async function opened(
  source: Parameters<typeof openLocalMasterKeys>[0],
  uses: readonly MasterKeyUse[],
  rest: Pick<OpenedMasterKeys, 'warnings' | 'file'>,
): Promise<OpenedMasterKeys> {
  const master = await openLocalMasterKeys(source);
  const known = await Promise.all(uses.map(({ master_key_id }) => master.has(master_key_id)));
  const lost = uses.filter((_, index) => known[index] !== true);
  if (lost.length > 0) throw missing(lost);
  return { master, ...rest };
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
    return rows.map((row) => ({ master_key_id: row.master_key_id, tenants: Number(row.tenants) }));
  });
}

function missing(uses: readonly MasterKeyUse[]): ToolcribError {
  const key = uses.map(({ master_key_id }) => master_key_id).join(', ');
  const count = uses.reduce((sum, { tenants }) => sum + tenants, 0);
  return new ToolcribError('vault_key_missing', { params: { key, count } });
}
