// toolcrib vault status: which master keys are in use, so that an old one can be taken away. Shows ids, never a key.
import { configuredKeys, countByMasterKey } from '../credentials/vault/open-master-keys.ts';
import type { MasterKeyUse } from '../credentials/vault/open-master-keys.ts';
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { configOf } from './config-option.ts';
import { asOperator, operatorOptions } from './operator.ts';
import { table } from './table.ts';

export const vaultStatusCommand: Command = {
  name: 'vault status',
  summary: 'As the operator: tell which master keys the tenants are sealed with, and which of them are configured',
  words: '',
  options: operatorOptions,
  run: async (input, io) => {
    const configured = (await configuredKeys(configOf(input))).map(({ id }) => id);
    const uses = await asOperator(input, ({ store }) => countByMasterKey(store));
    io.out(table(['key', 'tenants', 'state'], rowsOf(uses, configured)));
    const missing = uses.some(({ master_key_id }) => !configured.includes(master_key_id));
    if (missing) io.err('The secrets of tenants whose key is missing cannot be read.\n');
    return missing ? exit.failed : exit.done;
  },
};

function rowsOf(uses: readonly MasterKeyUse[], configured: readonly string[]): readonly (readonly string[])[] {
  const count = new Map(uses.map(({ master_key_id, tenants }) => [master_key_id, tenants]));
  const missing = [...count.keys()].filter((id) => !configured.includes(id));
  return [
    ...configured.map((id, index) => {
      const tenants = count.get(id) ?? 0;
      return [id, String(tenants), index === 0 ? 'current' : count.has(id) ? 'used' : 'unused, can be removed'];
    }),
    ...missing.map((id) => [id, String(count.get(id)), 'missing']),
  ];
}
