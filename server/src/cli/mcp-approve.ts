// toolcrib mcp approve: accepts new or changed tools of another MCP server, each by the hash of what was looked at.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { mirrorOptions, readApprovals, sourceOf, stateAsMirror, withServerMirror } from './mcp-mirror.ts';
import { remote } from './remote.ts';

export const mcpApproveCommand: Command = {
  name: 'mcp approve',
  summary: 'Accept new or changed tools of another MCP server, as they were seen',
  words: 'SOURCE TOOL=HASH …',
  options: mirrorOptions,
  run: async (input, io) => {
    const [source, words] = sourceOf(mcpApproveCommand, input);
    const approved = input.switches.has('server')
      ? await withServerMirror(mcpApproveCommand, input, async ({ mirrors, source: { name, scope } }) => {
          const at = { scope, source: name };
          const tools = readApprovals(mcpApproveCommand, words, stateAsMirror(name, await mirrors.read(at)));
          await mirrors.approve(at, 'operator', tools);
          return tools;
        })
      : await approveOverRest(source, words);
    io.err(`Accepted: ${approved.map(({ name }) => name).join(', ')}.\n`);
    return exit.done;

    async function approveOverRest(name: string, given: readonly string[]) {
      const client = remote(mcpApproveCommand, input);
      const tools = readApprovals(mcpApproveCommand, given, await client.getMirror(name));
      await client.approveMirror(name, tools);
      return tools;
    }
  },
};
