// POST /v1/oauth-clients: a registration of ours at a provider. The answer has the redirect URI that is to be registered there.
import type { OauthClient } from '@toolcrib/client';
import { z } from 'zod';
import { registerClient } from '../../credentials/oauth/clients.ts';
import { requirePermission } from '../../invoke/find.ts';
import { actorOf } from '../../identity/principal.ts';
import { oauthClientOnWire } from './list-oauth-clients.ts';
import { oauthClient } from './oauth-schemas.ts';
import type { Operation } from './operation.ts';

const body = z.strictObject({
  provider: z.string().min(1).max(100),
  name: z.string().trim().min(1).max(100),
  client_id: z.string().min(1).max(500),
  client_secret: z.string().min(1).max(2_000).optional().describe('Without it: a public client'),
  options: z.record(z.string(), z.string()).default({}).describe('What the provider’s definition leaves to the client'),
  scope: z
    .enum(['tenant', 'person'])
    .default('person')
    .describe('For your own connections alone, or for everybody of the tenant, which needs oauth_clients.write'),
});

export const createOauthClient: Operation<unknown, z.output<typeof body>, OauthClient> = {
  id: 'createOauthClient',
  method: 'POST',
  path: '/v1/oauth-clients',
  summary: 'Add an OAuth client: a registration of this server at a provider',
  guard: { kind: 'permission', permission: 'credentials.write' },
  audit: { kind: 'change' },
  params: {},
  body,
  output: oauthClient,
  status: 201,
  errors: ['body_invalid', 'conflict', 'vault_unavailable'],
  handle: async ({ principal, body: { scope, ...given }, exchange }, deps) => {
    if (scope === 'tenant') requirePermission(principal, 'oauth_clients.write');
    const { tenant_id, user_id } = principal;
    const owner = scope === 'tenant' ? null : user_id;
    const made = await registerClient(deps.oauth, actorOf(principal), { ...given, tenant_id, user_id: owner });
    return oauthClientOnWire(deps, exchange, made);
  },
};
