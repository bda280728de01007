// toolcrib mcp status: the tools of another MCP server: which are accepted, and what has changed since.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { mirrorOptions, showMirror, sourceOf, stateAsMirror, withServerMirror } from './mcp-mirror.ts';
import { remote } from './remote.ts';

export const mcpStatusCommand: Command = {
  name: 'mcp status',
  summary: 'Show the tools of another MCP server: which are accepted, and what has changed',
  words: 'SOURCE',
  options: mirrorOptions,
  run: async (input, io) => {
    const [source] = sourceOf(mcpStatusCommand, input);
    const mirror = input.switches.has('server')
      ? await withServerMirror(mcpStatusCommand, input, async ({ mirrors, source: { name, scope } }) =>
          stateAsMirror(name, await mirrors.read({ scope, source: name })),
        )
      : await remote(mcpStatusCommand, input).getMirror(source);
    io.out(input.switches.has('json') ? `${JSON.stringify(mirror, undefined, 2)}\n` : showMirror(mirror));
    return exit.done;
  },
};
