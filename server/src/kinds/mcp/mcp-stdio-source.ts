// The source `mcp-stdio`: an MCP server that is a program on this machine. Only the operator's files can have one: whoever can
// name a program can run anything (attack A06), so that no request of any API makes, tests or changes such a source.
import { resolve } from 'node:path';
import { limits } from '../../base/limits.ts';
import type { SourceKind } from '../../catalog/source.ts';
import { bringTools } from './bring-tools.ts';
import { mcpStdioFields } from './mcp-config.ts';
import type { McpStdioConfig } from './mcp-config.ts';
import { createMcpServer, identityOf } from './mirrored-server.ts';
import { openProcess } from './process-transport.ts';

const which = ({ command, args }: McpStdioConfig): readonly string[] => ['stdio', command, ...args];

export const mcpStdioSource: SourceKind<McpStdioConfig> = {
  type: 'mcp-stdio',
  aliases: [],
  fields: mcpStdioFields,
  bring: (config, at) => Promise.resolve(bringTools(config, at, identityOf(which(config)))),
  open: (name, config, deps) =>
    createMcpServer(
      {
        type: 'mcp-stdio',
        name,
        which: which(config),
        max_connections: limits.mcp_processes,
        connect: () => {
          const { command, args, env } = config;
          const cwd = resolve(deps.base_folder, config.cwd ?? '.');
          return openProcess({ source: name, command, args, env, cwd, log: deps.log });
        },
        secrets: Object.values(config.env),
      },
      deps,
    ),
};
