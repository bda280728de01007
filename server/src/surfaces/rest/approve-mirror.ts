// POST /v1/sources/{name}/mirror/approve: accepts new or changed definitions of another MCP server. The hashes are those of what was
// looked at: something that changed again meanwhile is not accepted.
import type { Mirror } from '@toolcrib/client';
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import { actorOf } from '../../identity/principal.ts';
import { findMirroring, mirror, mirrorOnWire } from './get-mirror.ts';
import { requireOwn } from './look-at-mirror.ts';
import type { Operation } from './operation.ts';

const body = z.strictObject({
  tools: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(limits.mcp_name_characters).describe("The server's own name of the tool"),
        hash: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .describe('seen_hash of what was looked at'),
      }),
    )
    .min(1)
    .max(limits.mcp_tools),
});

export const approveMirror: Operation<unknown, z.output<typeof body>, Mirror> = {
  id: 'approveMirror',
  method: 'POST',
  path: '/v1/sources/{name}/mirror/approve',
  summary: 'Accept new or changed tools of another MCP server',
  guard: { kind: 'permission', permission: 'tools.approve' },
  audit: { kind: 'change' },
  params: { name: 'Name of the source' },
  body,
  output: mirror,
  errors: ['not_found', 'conflict'],
  handle: async ({ principal, params, body: { tools } }, deps) => {
    const source = await findMirroring(deps, principal, params['name'] ?? '');
    requireOwn(source);
    const { name, scope } = source;
    const state = await deps.mirrors.approve({ scope, source: name }, actorOf(principal), tools);
    return mirrorOnWire(source, { ...state, looked_at: deps.clock.now() });
  },
};
