// A guard in front of a real MCP server: a resource server (RFC 9728) that lets a request through only with a token of the
// authorization server that it names, for itself.
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, jwtVerify } from 'jose';

export interface ProtectedMcp {
  /** Of the MCP server, which is also its resource identifier. */
  readonly url: string;
  /** Whose tokens were let through: their `sub` and `aud`. */
  readonly seen: readonly { readonly sub: unknown; readonly aud: unknown }[];
  /** Every `Authorization` header that came. */
  readonly headers: readonly string[];
  close(): Promise<void>;
}

export async function startProtectedMcp(upstream_url: string, issuer: string): Promise<ProtectedMcp> {
  const upstream = new URL(upstream_url);
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  const seen: { sub: unknown; aud: unknown }[] = [];
  const headers: string[] = [];
  let origin = '';
  const isAllowed = async (authorization: string | undefined): Promise<boolean> => {
    if (authorization === undefined) return false;
    headers.push(authorization);
    try {
      const token = authorization.replace(/^Bearer /, '');
      const { payload } = await jwtVerify(token, keys, { issuer, audience: `${origin}/mcp` });
      seen.push({ sub: payload.sub, aud: payload.aud });
      return true;
    } catch {
      return false;
    }
  };
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const { url: path = '/', method = 'GET' } = incoming;
      if (path === '/hidden/metadata') {
        const metadata = { resource: `${origin}/mcp`, authorization_servers: [issuer], scopes_supported: ['repo'] };
        outgoing.setHeader('content-type', 'application/json').end(JSON.stringify(metadata));
        return;
      }
      if (!(await isAllowed(incoming.headers.authorization))) {
        incoming.resume();
        outgoing
          .writeHead(path === '/mcp' ? 401 : 404, {
            'www-authenticate': `Bearer resource_metadata="${origin}/hidden/metadata"`,
          })
          .end();
        return;
      }
      const { hostname, port } = upstream;
      const forwarded = httpRequest({ hostname, port, path, method, headers: incoming.headers });
      forwarded.on('response', (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(outgoing);
      });
      forwarded.on('error', () => outgoing.destroy());
      incoming.pipe(forwarded);
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/mcp`,
    seen,
    headers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
