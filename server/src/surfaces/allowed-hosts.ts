// Which host names and origins a request may name: the defence against DNS rebinding and foreign pages (attack A32).
import type { IncomingMessage } from 'node:http';
import { loopbackHosts } from '../base/public-addresses.ts';
import type { Config } from '../base/settings.ts';

export interface AllowedHosts {
  /** Host names without port, lower case. `undefined`: any, which the server announces at start. */
  readonly hosts: ReadonlySet<string> | undefined;
  /** Origins of other sites that may call: `https://app.example.com`. */
  readonly origins: ReadonlySet<string>;
}

/** What the configuration allows: the loopback names, where the server listens, and the names that it is given. */
export function createAllowedHosts({
  host,
  allowed_hosts,
  allowed_origins,
  public_urls,
}: Pick<Config, 'host' | 'allowed_hosts' | 'allowed_origins' | 'public_urls'>): AllowedHosts {
  const given = [...allowed_hosts, ...public_urls.map((url) => hostName(new URL(url).host))];
  const hosts =
    isLoopback(host) || given.length > 0 ? new Set([...loopbackHosts, hostInUrl(host), ...given]) : undefined;
  return { hosts, origins: new Set(allowed_origins) };
}

/** What of these settings is unsafe, or does not work with browsers. */
export function hostWarnings({ host, allowed_hosts, public_urls }: Config): readonly string[] {
  const warnings = public_urls
    .filter((url) => url.startsWith('http://') && !loopbackHosts.includes(new URL(url).hostname))
    .map((url) => `server.public_urls has ${url} without https: browsers keep no sign-in there.`);
  if (isLoopback(host) || allowed_hosts.length > 0 || public_urls.length > 0) return warnings;
  const any_host =
    'Neither server.allowed_hosts nor server.public_urls is set while the server listens beyond this machine: requests under any host name are answered.';
  return [any_host, ...warnings];
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** An address as a URL holds it. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host.toLowerCase()}]` : host.toLowerCase();
}

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
