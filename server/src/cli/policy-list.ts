// toolcrib policy list: when a person must say yes.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const policyListCommand: Command = {
  name: 'policy list',
  summary: 'List the policies that say when a person must say yes to a call',
  words: '',
  options: { ...remoteOptions, json: { description: 'Print them whole as JSON' } },
  run: async (input, io) => {
    const { policies } = await remote(policyListCommand, input).listPolicies();
    if (input.switches.has('json')) io.out(`${JSON.stringify(policies, undefined, 2)}\n`);
    else {
      const rows = policies.map(({ tool, danger, action }) => [tool ?? `danger ${danger ?? ''}`, action]);
      io.out(table(['calls of', 'action'], rows));
    }
    return exit.done;
  },
};
