// toolcrib variables delete
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { tenantSwitch } from './variables-set.ts';

export const variablesDeleteCommand: Command = {
  name: 'variables delete',
  summary: 'Delete a secret variable',
  words: 'NAME',
  options: { ...remoteOptions, tenant: tenantSwitch },
  run: async (input, io) => {
    const [name] = input.words;
    if (name === undefined || input.words.length > 1) throw wrongUsage(variablesDeleteCommand, 'One name is needed');
    const scope = input.switches.has('tenant') ? 'tenant' : 'person';
    await remote(variablesDeleteCommand, input).deleteVariable(name, { scope });
    io.err(`${name} is deleted.\n`);
    return exit.done;
  },
};
