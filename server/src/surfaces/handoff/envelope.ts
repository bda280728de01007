// The envelope of every answer of the hand-off protocol (handoff.md §1). Errors tell their kind and nothing of their cause.
import type { JsonObject } from '../../base/json.ts';
import type { Exchange } from '../route.ts';

export interface Envelope {
  readonly type: 'person' | 'ok' | 'error';
  readonly token: string;
  readonly data: JsonObject;
}

/** What can be wrong, and what is said of it. */
export const protocolErrors = {
  'missing-token': 'There is no token.',
  'token-expired': 'The token does not exist, was used, or its time is over.',
  'token-invalid': 'The token is invalid.',
  'unknown-client': 'There is no such client.',
  error: 'Error.',
} as const;

export type ProtocolError = keyof typeof protocolErrors;

export interface ProtocolAnswer {
  readonly status: number;
  readonly msgid: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly envelope: Envelope;
  /** Where a person begins anew: of answers with the status 401. */
  readonly renew_url?: string;
}

export function sendEnvelope(
  { response }: Exchange,
  { status, msgid, timestamp, envelope, renew_url }: ProtocolAnswer,
): void {
  const { type, token, data } = envelope;
  const text = JSON.stringify({ type, msgid, timestamp, token, data });
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(renew_url === undefined ? {} : { 'www-authenticate': `Token realm="Person", location="${renew_url}"` }),
  });
  response.end(text);
}

export function errorEnvelope(error: ProtocolError, token: string): Envelope {
  return { type: 'error', token, data: { error, msg: protocolErrors[error] } };
}
