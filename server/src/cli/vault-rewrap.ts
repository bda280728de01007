// toolcrib vault rewrap: what a server does by itself after a change of the master key, at the operator's word.
import { createLog } from '../base/log.ts';
import { openLocalMasterKeys } from '../credentials/vault/local-master-keys.ts';
import { configuredKeys } from '../credentials/vault/open-master-keys.ts';
import { rewrap } from '../credentials/vault/rewrap.ts';
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { configOf } from './config-option.ts';
import { asOperator, operatorOptions } from './operator.ts';

export const vaultRewrapCommand: Command = {
  name: 'vault rewrap',
  summary: 'As the operator: wrap the keys of all tenants with the current master key now',
  words: '',
  options: operatorOptions,
  run: async (input, io) => {
    const config = configOf(input);
    const log = createLog({ level: 'warn' });
    const master = await openLocalMasterKeys({ read: () => configuredKeys(config), log });
    const { done, failed } = await asOperator(input, ({ store }) => rewrap({ store, log, master }));
    io.err(`Wrapped anew with ${master.current()}: ${done} tenant(s).\n`);
    if (failed > 0) io.err(`Not possible: ${failed} tenant(s). toolcrib vault status names the missing keys.\n`);
    return failed > 0 ? exit.failed : exit.done;
  },
};
