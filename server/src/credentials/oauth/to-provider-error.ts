// Whatever an exchange with a provider throws as one of our few problems. Of what the provider said only its error code is kept,
// for the log: its texts, and the bodies that the library holds on to, may carry secrets.
import { ToolcribError } from '../../base/errors.ts';
import { ProviderError } from './provider-problem.ts';
import type { ProviderProblem } from './provider-problem.ts';

const codes: Readonly<Record<string, ProviderProblem>> = {
  access_denied: 'denied',
  consent_required: 'denied',
  interaction_required: 'denied',
  login_required: 'denied',
  invalid_grant: 'invalid_grant',
  invalid_client: 'invalid_client',
  unauthorized_client: 'invalid_client',
  redirect_uri_mismatch: 'redirect_mismatch',
  invalid_redirect_uri: 'redirect_mismatch',
  invalid_scope: 'invalid_scope',
  expired_token: 'code_expired',
  server_error: 'unreachable',
  temporarily_unavailable: 'unreachable',
};

/** The problem that an error code of RFC 6749, or one of its relatives, stands for. */
function problemOfCode(code: string): ProviderProblem {
  return Object.hasOwn(codes, code) ? (codes[code] ?? 'refused') : 'refused';
}

/** ProviderError, or `address_refused` when the definition leads where the server must not go. */
export function toProviderError(provider: string, thrown: unknown): ToolcribError {
  const own = causes(thrown).find((cause) => cause instanceof ToolcribError);
  if (own instanceof ProviderError || own?.code === 'address_refused') return own;
  if (own !== undefined) return new ProviderError(provider, 'unreachable', own);
  const { error, status, code } = detailsOf(thrown);
  const cause = new Error(`The provider ${provider} answered ${status ?? '-'} ${error ?? '-'} (${code ?? '-'})`);
  if (status !== undefined && (status >= 500 || status === 429))
    return new ProviderError(provider, 'unreachable', cause);
  return new ProviderError(provider, error === undefined ? 'malformed' : problemOfCode(error), cause);
}

function detailsOf(thrown: unknown): { readonly error?: string; readonly status?: number; readonly code?: string } {
  const all = causes(thrown);
  const find = <T>(name: string, is: (value: unknown) => value is T): T | undefined =>
    all.map((one): unknown => Reflect.get(one, name)).find(is);
  const error = find('error', isWord);
  const status = find('status', (value) => typeof value === 'number');
  const code = find('code', isWord);
  return {
    ...(error === undefined ? {} : { error }),
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
  };
}

/** A code, not a text: nothing else of a provider is told on. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z_]{1,60}$/.test(value);
}

function causes(thrown: unknown): readonly object[] {
  const found: object[] = [];
  for (let at = thrown; typeof at === 'object' && at !== null && found.length < 8; at = Reflect.get(at, 'cause')) {
    found.push(at);
  }
  return found;
}
