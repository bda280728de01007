// The source `mcp`: another MCP server over HTTP, whose tools are mirrored.
import { createHash } from 'node:crypto';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fillSecrets, namesSecret } from '../../catalog/secret-text.ts';
import type { SourceKind } from '../../catalog/source.ts';
import { isHeaderValue } from '../http/fields.ts';
import { fixedSecrets } from '../http/without-account.ts';
import { bringTools } from './bring-tools.ts';
import { mcpFields } from './mcp-config.ts';
import type { McpConfig } from './mcp-config.ts';
import { createMcpServer, identityOf } from './mirrored-server.ts';
import type { ConnectAt } from './mirrored-server.ts';
import { openHttp } from './server-transport.ts';

const which = ({ url }: McpConfig): readonly string[] => ['http', url];

export const mcpSource: SourceKind<McpConfig> = {
  type: 'mcp',
  aliases: [],
  fields: mcpFields,
  variable_fields: ['headers'],
  for_tenants: { origin: ({ url }) => placeOf(new URL(url)) },
  caller_account: {
    kind: 'call',
    names_its_provider: true,
    strategies: () => ['oauth2', 'token', 'username_password'],
    check: ({ headers }, is_used) =>
      Object.keys(headers)
        .filter((name) => is_used && name.toLowerCase() === 'authorization')
        .map((name) => ({
          path: `headers.${name}`,
          message: "is set from the caller's credential",
          hint: 'Remove it.',
        })),
  },
  bring: (config, at) => Promise.resolve(bringTools(config, at, identityOf(which(config)))),
  open: (name, config, deps) =>
    createMcpServer(
      {
        type: 'mcp',
        name,
        url: config.url,
        which: which(config),
        max_connections: limits.mcp_connections,
        connect: (at) => openHttp({ url: config.url, headers: headersFor(name, config, at), http: at.http }),
        has_secrets: Object.values(config.headers).some(namesSecret),
        made_with: (at) => (Object.values(config.headers).some(namesSecret) ? headersFor(name, config, at) : undefined),
        secrets: fixedSecrets(Object.entries(config.headers)),
      },
      deps,
    ),
};

/**
 * Where accounts go: one of the many servers that a host may have. A path that cannot be part of a name stands there as its hash,
 * in brackets, which no path has that stands there as it is.
 */
function placeOf({ origin, pathname, search }: URL): string {
  const path = `${pathname}${search}`;
  if (path === '/') return origin;
  if (/^[A-Za-z0-9_./-]{1,40}$/.test(path)) return `${origin}${path}`;
  return `${origin}/[${createHash('sha256').update(path).digest('hex').slice(0, 24)}]`;
}

function headersFor(source: string, { headers }: McpConfig, { credential, secret }: ConnectAt): Record<string, string> {
  const refused = (): ToolcribError => new ToolcribError('credential_refused', { params: { credential: source } });
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!namesSecret(value)) sent[name] = value;
    // Without a call there are no secret variables.
    else if (secret !== undefined) sent[name] = fillSecrets(value, secret);
    if (!isHeaderValue(sent[name] ?? '')) throw refused();
  }
  if (credential === undefined) return sent;
  const { token, user, password } = credential.account;
  if (token !== undefined && token !== '') sent['authorization'] = `Bearer ${token}`;
  else if (user === undefined || password === undefined || user.includes(':')) throw refused();
  else sent['authorization'] = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  if (!isHeaderValue(sent['authorization'])) throw refused();
  return sent;
}
