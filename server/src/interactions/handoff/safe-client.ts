// Whether a client's addresses may be used: https, and plain http to this machine alone while developing.
import { ToolcribError } from '../../base/errors.ts';
import { loopbackHosts } from '../../base/public-addresses.ts';

/** Throws `address_refused`. What the server itself sends is checked again, by the guarded client. */
export function requireSafeClient(mode: 'development' | 'production', ...urls: readonly string[]): void {
  for (const text of urls) {
    const url = URL.parse(text);
    const is_local = url?.protocol === 'http:' && mode === 'development' && loopbackHosts.includes(url.hostname);
    if (url?.protocol !== 'https:' && !is_local) {
      throw new ToolcribError('address_refused', {
        params: { reason: 'a hand-off goes to addresses with https only' },
      });
    }
  }
}

/** An address with the token behind it, as the protocol writes it. */
export function withToken(url: string, token: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}access_token=${encodeURIComponent(token)}`;
}
