// How callers authorize themselves at an MCP server: which authorization server it names (RFC 9728), and our registration there
// (RFC 7591), made once per organisation, server and kind of account. Nothing of it is believed for another server: tokens are
// asked for with the server as their resource (RFC 8707) and kept with the registration.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { guardedFetch } from '../../base/guarded-fetch.ts';
import type { GuardedFetch } from '../../base/guarded-fetch.ts';
import type { HttpClient } from '../../base/http-client.ts';
import { limits } from '../../base/limits.ts';
import type { Actor } from '../../ledger/changes.ts';
import { callbackPath } from './choose-client.ts';
import { listClients, registerClient } from './clients.ts';
import type { ClientDeps } from './clients.ts';

export interface McpServerToAsk {
  /** Its address. */
  readonly url: string;
  /** Which kind of account calls of it take: `crm@mcp.example.com/mcp`. */
  readonly system: string;
  readonly tenant_id: string;
  readonly user_id: string;
  /** Origin of this server, for the address that people come back to. */
  readonly origin: string;
  readonly http: HttpClient;
}

const provider = 'mcp';

/** Sees to it that there is a registration. False: the server asks for no authorization, or says nothing of how. */
export async function ensureMcpClient(deps: ClientDeps, actor: Actor, server: McpServerToAsk): Promise<boolean> {
  const { tenant_id, user_id, system, url } = server;
  // Registrations of persons are for themselves alone, whatever they say and are called.
  const known = (await listClients(deps, { tenant_id, user_id, and_of_tenant: true })).filter(
    (one) => one.provider === provider && one.user_id === null,
  );
  if (known.some(({ options }) => options['system'] === system)) return true;
  const send = guardedFetch(server.http, { timeout_ms: limits.provider_request_ms });
  const found = await findAuthorization(send, new URL(url));
  if (found === undefined) return false;
  const id = deps.ids.uuid();
  const { client_id, client_secret } = await register(send, found.issuer, `${server.origin}${callbackPath(id)}`);
  const { issuer, resource, scopes } = found;
  const options = { system, issuer, resource, ...(scopes.length === 0 ? {} : { scopes: scopes.join(',') }) };
  // Names are one list for all of a tenant: with the end of the id in it, nobody can have taken this one.
  const name = `${system} (${id.slice(-8)})`;
  const made = { id, tenant_id, provider, name, client_id, client_secret, options, user_id: null };
  await registerClient(deps, actor, made);
  return true;
}

interface Authorization {
  readonly issuer: string;
  readonly resource: string;
  readonly scopes: readonly string[];
}

const resourceMetadata = z.object({
  resource: z.url({ protocol: /^https?$/ }),
  authorization_servers: z.array(z.url({ protocol: /^https?$/ })).min(1),
  scopes_supported: z.array(z.string().regex(/^[\u0021\u0023-\u002B\u002D-\u005B\u005D-\u007E]{1,200}$/)).optional(),
});

/** The metadata that its refusal names, else those at the well-known places. */
async function findAuthorization(send: GuardedFetch, server: URL): Promise<Authorization | undefined> {
  const refusal = await send(server, { headers: { accept: 'text/event-stream' } });
  await refusal.body?.cancel();
  const path = server.pathname === '/' ? '' : server.pathname;
  const well_known = '/.well-known/oauth-protected-resource';
  const places = [challengedPlace(refusal, server), `${well_known}${path}`, well_known];
  for (const place of places) {
    if (place === undefined) continue;
    const answer = await send(new URL(place, server), { headers: { accept: 'application/json' } });
    const read = answer.status === 200 ? resourceMetadata.safeParse(await answer.json().catch(() => null)) : undefined;
    if (read?.success !== true) continue;
    const { resource, authorization_servers, scopes_supported = [] } = read.data;
    // RFC 9728 §3.3: metadata of another resource are nobody's.
    if (!isWithin(server, new URL(resource))) continue;
    const [issuer = ''] = authorization_servers;
    return { issuer, resource, scopes: scopes_supported.slice(0, limits.oauth_scopes) };
  }
  return undefined;
}

/** RFC 9728 §5.1; at the server's own origin only. */
function challengedPlace({ headers }: Response, server: URL): string | undefined {
  const [, place = ''] = /resource_metadata="([^"]{1,2000})"/.exec(headers.get('www-authenticate') ?? '') ?? [];
  return URL.parse(place)?.origin === server.origin ? place : undefined;
}

function isWithin(server: URL, resource: URL): boolean {
  const base = resource.pathname.replace(/\/$/, '');
  return server.origin === resource.origin && (server.pathname === base || server.pathname.startsWith(`${base}/`));
}

async function register(send: GuardedFetch, issuer: string, redirect_uri: string) {
  const library = await import('openid-client');
  const is_plain = issuer.startsWith('http:');
  const metadata = {
    client_name: 'Toolcrib',
    redirect_uris: [redirect_uri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  const registerBy = (algorithm: 'oidc' | 'oauth2') =>
    library.dynamicClientRegistration(new URL(issuer), metadata, library.None(), {
      [library.customFetch]: send,
      algorithm,
      // oxlint-disable-next-line typescript/no-deprecated -- only on this machine, which the provider's definition says
      execute: is_plain ? [library.allowInsecureRequests] : [],
    });
  try {
    const configuration = await registerBy('oauth2').catch(() => registerBy('oidc'));
    const { client_id, client_secret, token_endpoint_auth_method } = configuration.clientMetadata();
    const takes_secret = typeof client_secret === 'string' && token_endpoint_auth_method !== 'none';
    return { client_id, client_secret: takes_secret ? client_secret : undefined };
  } catch (cause) {
    const problem =
      'The authorization server of this MCP server registers nobody by itself: an admin adds an OAuth client of the provider "mcp"';
    throw new ToolcribError('conflict', { params: { problem }, cause });
  }
}
