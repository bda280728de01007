// Where a redirection leads, and what may go along: nothing that another origin could use to act as the one who asked.
import { addressRefused } from './http-client-errors.ts';

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** One request of a chain of redirections. */
export interface Hop {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

/** The only headers that follow to another origin: everything else may be a secret, whatever its name. */
const harmless_headers = new Set(['accept', 'accept-language', 'user-agent']);

/** The next request, or undefined when the answer is no redirection. Its URL is still to be checked. */
export function nextHop(hop: Hop, status: number, location: string | readonly string[] | undefined): Hop | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || typeof location !== 'string') return undefined;
  const url = URL.parse(location, hop.url.href);
  if (url === null) throw addressRefused('not_url');
  // A fragment is the page's own and is never sent.
  url.hash = '';
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') throw addressRefused('redirect');
  const next = { ...hop, ...methodOf(hop, status), url };
  if (url.origin === hop.url.origin) return next;
  if (next.body !== undefined) throw addressRefused('redirect');
  const headers = Object.entries(hop.headers).filter(([name]) => harmless_headers.has(name.toLowerCase()));
  return { ...next, headers: Object.fromEntries(headers) };
}

/** RFC 9110, 15.4: a 303 is read with GET, and 301 and 302 turn a POST into a GET; otherwise the request is repeated. */
function methodOf({ method, headers, body }: Hop, status: number): Pick<Hop, 'method' | 'headers' | 'body'> {
  const becomes_get = status === 303 ? method !== 'HEAD' : status <= 302 && method === 'POST';
  if (!becomes_get) return { method, headers, body };
  const kept = Object.entries(headers).filter(([name]) => !name.toLowerCase().startsWith('content-'));
  return { method: 'GET', headers: Object.fromEntries(kept), body: undefined };
}
