// toolcrib mcp refresh: asks another MCP server for its tools now. The first time, they are accepted as they are.
import { processEnvironment } from '../base/config.ts';
import { limits } from '../base/limits.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { mirrorOptions, showMirror, sourceOf, stateAsMirror, withServerMirror } from './mcp-mirror.ts';
import { remote } from './remote.ts';

export const mcpRefreshCommand: Command = {
  name: 'mcp refresh',
  summary: 'Ask another MCP server for its tools now; the first time, they are accepted as they are',
  words: 'SOURCE',
  options: {
    ...mirrorOptions,
    credential: { value: 'ID', description: 'With which of your accounts, where several fit' },
    'token-env': {
      value: 'NAME',
      description: 'With --server: the variable of the environment that holds a token for it',
    },
  },
  run: async (input, io) => {
    const [source] = sourceOf(mcpRefreshCommand, input);
    const { credential, 'token-env': variable } = input.options;
    const token = variable === undefined ? undefined : processEnvironment(variable);
    if (variable !== undefined && token === undefined) {
      throw wrongUsage(mcpRefreshCommand, `The environment has no variable ${variable}`);
    }
    const mirror = input.switches.has('server')
      ? await withServerMirror(mcpRefreshCommand, input, async ({ mirrors, http, source: found }) => {
          const account = token && { id: 'operator', version: '1', account: { token } };
          const as = { tenant_id: 'system', user_id: 'operator', http, ...(account ? { credential: account } : {}) };
          const signal = AbortSignal.timeout(limits.mcp_connect_ms * 2);
          return stateAsMirror(found.name, await mirrors.look(found, as, { actor: 'operator', signal }));
        })
      : await remote(mcpRefreshCommand, input).lookAtMirror(
          source,
          credential === undefined ? {} : { credential_id: credential },
        );
    io.out(input.switches.has('json') ? `${JSON.stringify(mirror, undefined, 2)}\n` : showMirror(mirror));
    return exit.done;
  },
};
