// POST /v1/keys: makes an API key; its secret is in this one answer.
import type { NewApiKey } from '@toolcrib/client';
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { createApiKey } from '../../identity/api-keys.ts';
import { actorOf } from '../../identity/principal.ts';
import { apiKeyOnWire } from './list-keys.ts';
import type { Operation } from './operation.ts';
import { apiKey, id, instant, permission, slug } from './schemas.ts';

const body = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(permission).min(1).optional().describe('Permissions of the key; without it, all that you have'),
  expires_at: instant.optional().describe('When the key ends; such a key makes no keys. Without it, never'),
  calls_per_minute: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe(
      'Calls of tools in a minute, over all processes of the server; such a key makes no keys. Without it, no bound',
    ),
  workspace: slug
    .optional()
    .describe(
      'Where its calls are made; without it, where yours are. A key names no other than its own, unless of main',
    ),
  user_id: id
    .optional()
    .describe('Whose key; without it, your own. Needs members.write: a service account, or a member who never came in'),
});

export const createKey: Operation<unknown, z.output<typeof body>, NewApiKey> = {
  id: 'createKey',
  method: 'POST',
  path: '/v1/keys',
  summary: 'Make an API key',
  guard: { kind: 'permission', permission: 'keys.write' },
  audit: { kind: 'change' },
  params: {},
  body,
  output: z.object({ key: apiKey, secret: z.string() }),
  status: 201,
  errors: ['not_found', 'conflict'],
  handle: async ({ principal, body: input }, deps) => {
    const { user_id = principal.user_id, scopes = [...principal.permissions] } = input;
    if (user_id !== principal.user_id && !principal.permissions.has('members.write')) {
      throw new ToolcribError('forbidden', { params: { permission: 'members.write' } });
    }
    // A key never makes a key that may do more than itself.
    const excess = scopes.find((scope) => !principal.permissions.has(scope));
    if (excess !== undefined) throw new ToolcribError('forbidden', { params: { permission: excess } });
    const expires_at = input.expires_at === undefined ? null : Date.parse(input.expires_at);
    if (expires_at !== null && expires_at <= deps.clock.now()) {
      throw new ToolcribError('body_invalid', {
        params: { problem: 'the key would have ended already' },
        faults: [{ path: 'body.expires_at', message: 'is in the past', hint: 'Give a later time, or leave it out' }],
      });
    }
    const { tenant_id } = principal;
    const { key, text } = await createApiKey(deps, actorOf(principal), {
      tenant_id,
      user_id,
      name: input.name,
      scopes,
      expires_at,
      calls_per_minute: input.calls_per_minute ?? null,
      workspace: input.workspace,
      maker:
        principal.via.kind === 'session' ? principal : { ...principal, workspace_id: principal.caller.workspace_id },
    });
    return { key: apiKeyOnWire(key), secret: text };
  },
};
