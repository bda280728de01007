// toolcrib definitions list: what the tenant has defined over the API.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const definitionsListCommand: Command = {
  name: 'definitions list',
  summary: 'List the sources, tools and toolsets that your tenant has defined',
  words: '',
  options: remoteOptions,
  run: async (input, io) => {
    const { definitions } = await remote(definitionsListCommand, input).listDefinitions();
    const rows = definitions.map(({ entity, name, type, updated_at, faults }) => [
      entity,
      name,
      type ?? '',
      updated_at,
      faults[0]?.message ?? 'ok',
    ]);
    io.out(table(['entity', 'name', 'kind', 'updated', 'state'], rows));
    return exit.done;
  },
};
