// Under which address people reach this server: every link and every return address is made here. Only what is configured
// counts: neither `X-Forwarded-*` nor an unknown Host header can put another server's name into a link.
import { ToolcribError } from './errors.ts';
import type { Config } from './settings.ts';

export interface PublicAddresses {
  /**
   * The absolute address of one of our paths, for whoever sent this Host header; undefined for one who sent none, such as a
   * background job. The path begins with a slash.
   */
  readonly urlFor: (host: string | undefined, path: string) => string;
}

interface Options {
  /** Origins without a path, the usual one first. */
  readonly public_urls: readonly string[];
  /** Where the server listens, `http://127.0.0.1:5100`; asked for when it does. */
  readonly listening: () => string;
}

export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

export function createPublicAddresses({ public_urls, listening }: Options): PublicAddresses {
  const [first] = public_urls;
  const by_host = new Map(public_urls.toReversed().flatMap((url) => hostsOf(url).map((host) => [host, url] as const)));
  const originFor = (host: string | undefined): string => {
    if (first !== undefined) return by_host.get(host?.toLowerCase() ?? '') ?? first;
    const here = new URL(listening());
    // Whoever came by another name of the loopback address stays on it: a browser keeps cookies by name.
    const is_other_name = loopbackHosts.some((name) => `${name}:${here.port}` === host?.toLowerCase());
    if (is_other_name) return `http://${host?.toLowerCase() ?? ''}`;
    return isWildcard(here.hostname) ? `http://localhost:${here.port}` : here.origin;
  };
  return { urlFor: (host, path) => `${originFor(host)}${path}` };
}

/** In production mode people sign in over https only. Throws `config_invalid`. */
export function requirePublicUrl({ mode, public_urls }: Pick<Config, 'mode' | 'public_urls'>): void {
  if (mode !== 'production' || public_urls.some((url) => url.startsWith('https://'))) return;
  const fault = {
    path: 'server.public_urls',
    message: 'In production mode the server needs an address that begins with https://',
    hint: 'Set TOOLCRIB_PUBLIC_URLS=https://tools.example.com to the address that people open; a proxy in front of the server speaks https',
  };
  throw new ToolcribError('config_invalid', { params: { count: 1 }, faults: [fault] });
}

/** Both ways in which a Host header may name the address: the port of the scheme can be left out. */
function hostsOf(url: string): readonly string[] {
  const { host, port, protocol } = new URL(url);
  return port === '' ? [host, `${host}:${protocol === 'https:' ? 443 : 80}`] : [host];
}

/** Listens on every address of the machine: that is no address to go to. */
function isWildcard(hostname: string): boolean {
  return hostname === '0.0.0.0' || hostname === '[::]';
}
