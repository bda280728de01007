// Puts right what a provider answers in its own way, before the library reads it: errors with status 200, a grant inside of
// another object, a token type that is none. What is done comes from the provider's definition.
import { atPointer } from './json-pointer.ts';
import type { OauthOfProvider } from './provider.ts';

export interface PlainAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The answer of a token endpoint as RFC 6749 §5 has it; undefined when nothing can be made of the text. */
export function readTokenAnswer(
  oauth: OauthOfProvider,
  { status, type, text }: { readonly status: number; readonly type: string; readonly text: string },
): { readonly plain: PlainAnswer; readonly raw: unknown } | undefined {
  const raw = parse(type, text);
  const { at, errors, without_error, any_type } = oauth.token_answer;
  if (!isObject(raw)) {
    const is_refusal = without_error !== undefined && status === 400;
    return is_refusal ? { plain: { status, body: { error: without_error } }, raw } : undefined;
  }
  const inner = at === undefined ? undefined : atPointer(raw, at);
  // A refresh may answer at the top what the exchange answered inside.
  const grant = isObject(inner) && typeof inner['access_token'] === 'string' ? inner : raw;
  const { error } = raw;
  if (typeof error === 'string' && typeof grant['access_token'] !== 'string') {
    const meant = Object.hasOwn(errors, error) ? errors[error] : error;
    return { plain: { status: status < 400 ? 400 : status, body: { error: meant } }, raw };
  }
  return { plain: { status, body: plainGrant(grant, any_type) }, raw };
}

function plainGrant(grant: Readonly<Record<string, unknown>>, any_type: boolean): PlainAnswer['body'] {
  const { access_token, token_type, refresh_token, expires_in, scope, id_token } = grant;
  const seconds = typeof expires_in === 'string' && /^\d+$/.test(expires_in) ? Number(expires_in) : expires_in;
  return {
    access_token,
    token_type: any_type ? 'bearer' : token_type,
    ...(typeof refresh_token === 'string' && refresh_token !== '' ? { refresh_token } : {}),
    ...(typeof seconds === 'number' ? { expires_in: seconds } : {}),
    ...(typeof scope === 'string' ? { scope } : {}),
    ...(Array.isArray(scope) ? { scope: scope.filter((one) => typeof one === 'string').join(' ') } : {}),
    ...(typeof id_token === 'string' ? { id_token } : {}),
  };
}

function parse(type: string, text: string): unknown {
  if (/^application\/x-www-form-urlencoded/i.test(type)) return Object.fromEntries(new URLSearchParams(text));
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
