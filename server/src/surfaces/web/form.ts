// What a browser sends from one of our pages: the fields of a form, and cookies.
import { isUtf8 } from 'node:buffer';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { readBody } from '../http.ts';
import type { Exchange } from '../route.ts';

/** The fields of a posted form. Throws `media_type_unsupported`, `body_too_large`, `body_invalid`. */
export async function readForm(exchange: Exchange): Promise<URLSearchParams> {
  const type = exchange.request.headers['content-type'] ?? '';
  const body = await readBody(exchange, limits.form_bytes);
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) throw new ToolcribError('media_type_unsupported');
  if (!isUtf8(body)) throw new ToolcribError('body_invalid', { params: { problem: 'it is not UTF-8' } });
  return new URLSearchParams(body.toString());
}

/** The value of a cookie; undefined when there is none, or more than one of that name. */
export function readCookie({ request }: Exchange, name: string): string | undefined {
  const values = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/** `__Host-` (RFC 6265bis §4.1.3.2): Secure, for this host alone, from no subdomain. Browsers take it on loopback over http. */
export function setCookie(
  { response }: Exchange,
  { name, value, max_age_s }: { readonly name: `__Host-${string}`; readonly value: string; readonly max_age_s: number },
): void {
  response.appendHeader('set-cookie', `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${max_age_s}`);
}
