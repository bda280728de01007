// Reads the claims of a verified token. Whole numbers beyond 2^53 stay exact: rounded, one person's number could be another's.
import type { Claims } from '../../catalog/auth-service.ts';

/** The payload of a token in its compact form, which somebody else has verified. */
export function parseClaims(token: string): Claims {
  const [, payload = ''] = token.split('.');
  const text = Buffer.from(payload, 'base64url').toString('utf8');
  return JSON.parse(text, exactNumbers) as Claims;
}

function exactNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** Of `scope` (RFC 8693), or `scp` as some issuers have it, as text or as a list. */
export function scopesOf(claims: Claims): readonly string[] {
  const given = claims['scope'] ?? claims['scp'];
  if (typeof given === 'string') return given.split(' ');
  return Array.isArray(given) ? given.filter((one) => typeof one === 'string') : [];
}
