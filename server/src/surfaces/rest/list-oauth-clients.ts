// GET /v1/oauth-clients: one's own, and the tenant's for those who manage them.
import type { OauthClient, OauthClientList } from '@toolcrib/client';
import { z } from 'zod';
import { callbackPath } from '../../credentials/oauth/choose-client.ts';
import type { RegisteredClient } from '../../credentials/oauth/choose-client.ts';
import { listClients } from '../../credentials/oauth/clients.ts';
import type { ClientOwner } from '../../credentials/oauth/clients.ts';
import type { Permission } from '../../identity/permissions.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Exchange } from '../route.ts';
import { oauthClient } from './oauth-schemas.ts';
import type { Operation, RestDeps } from './operation.ts';

export const listOauthClients: Operation<unknown, unknown, OauthClientList> = {
  id: 'listOauthClients',
  method: 'GET',
  path: '/v1/oauth-clients',
  summary: 'List OAuth clients: your own, and those of the tenant for admins',
  guard: { kind: 'permission', permission: 'credentials.write' },
  audit: { kind: 'none', reason: 'clients are shown without their secret' },
  params: {},
  output: z.object({ oauth_clients: z.array(oauthClient) }),
  errors: [],
  handle: async ({ principal, exchange }, deps) => {
    const clients = await listClients(deps, clientsOf(principal, 'oauth_clients.read'));
    return { oauth_clients: clients.map((client) => oauthClientOnWire(deps, exchange, client)) };
  },
};

/** The clients that a principal sees or manages, by the permission for the tenant's. */
export function clientsOf({ tenant_id, user_id, permissions }: Principal, permission: Permission): ClientOwner {
  return { tenant_id, user_id, and_of_tenant: permissions.has(permission) };
}

export function oauthClientOnWire(
  { addresses }: Pick<RestDeps, 'addresses'>,
  { request }: Exchange,
  { id, provider, name, client_id, options, user_id, created_at }: RegisteredClient,
): OauthClient {
  return {
    ...{ id, provider, name, client_id, options },
    scope: user_id === null ? 'tenant' : 'person',
    redirect_uri: addresses.urlFor(request.headers.host, callbackPath(id)),
    created_at: new Date(created_at).toISOString(),
  };
}
