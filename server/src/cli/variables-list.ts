// toolcrib variables list: names only, since a value never comes out.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const variablesListCommand: Command = {
  name: 'variables list',
  summary: "List the names of your secret variables and of the tenant's",
  words: '',
  options: remoteOptions,
  run: async (input, io) => {
    const { variables } = await remote(variablesListCommand, input).listVariables();
    io.out(
      table(
        ['name', 'of', 'changed'],
        variables.map(({ name, scope, updated_at }) => [name, scope === 'tenant' ? 'tenant' : 'you', updated_at]),
      ),
    );
    return exit.done;
  },
};
