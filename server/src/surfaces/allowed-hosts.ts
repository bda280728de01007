// Which host names and origins a request may name: the defence against DNS rebinding and foreign pages (attack A32).
import type { IncomingMessage } from 'node:http';

export interface AllowedHosts {
  /** Host names without port, lower case. `undefined`: any, which the server announces at start. */
  readonly hosts: ReadonlySet<string> | undefined;
  /** Origins of other sites that may call: `https://app.example.com`. */
  readonly origins: ReadonlySet<string>;
}

export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Whether the request must be refused: it names a host that is not ours, or comes from a page of a foreign origin. */
export function refusesHost(allowed: AllowedHosts, request: IncomingMessage): boolean {
  const { host, origin } = request.headers;
  if (allowed.hosts !== undefined && !allowed.hosts.has(hostName(host ?? ''))) return true;
  if (origin === undefined) return false;
  if (allowed.origins.has(origin)) return false;
  const origin_host = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1];
  if (origin_host === undefined) return true;
  // Same origin: a page that this server itself served.
  if (origin_host.toLowerCase() === (host ?? '').toLowerCase()) return false;
  return allowed.hosts === undefined || !allowed.hosts.has(hostName(origin_host));
}

function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}
