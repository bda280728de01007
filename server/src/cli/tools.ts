// toolcrib tools: what the key can call.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const toolsCommand: Command = {
  name: 'tools',
  summary: 'List the tools that you can call',
  words: '',
  options: {
    ...remoteOptions,
    toolset: { value: 'NAME', description: 'Only the tools of this toolset' },
    json: { description: 'Print the whole definitions as JSON' },
  },
  run: async (input, io) => {
    const { toolset } = input.options;
    const { tools } = await remote(toolsCommand, input).listTools(toolset === undefined ? {} : { toolset });
    if (input.switches.has('json')) io.out(`${JSON.stringify(tools, undefined, 2)}\n`);
    else {
      io.out(
        table(
          ['name', 'kind', 'danger', 'arguments', 'description'],
          tools.map(({ name, kind, danger, input_schema, description }) => [
            name,
            kind,
            danger,
            Object.keys((input_schema['properties'] as object | undefined) ?? {}).join(', '),
            description.split('\n')[0] ?? '',
          ]),
        ),
      );
    }
    return exit.done;
  },
};
