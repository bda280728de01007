// What goes wrong with outgoing requests, as catalogue errors: a closed list of reasons, never a name or an address.
import { ToolcribError } from './errors.ts';

export const refusalReasons = {
  not_url: 'it is not a URL',
  protocol: 'only http and https are spoken',
  user: 'a URL must not carry a user or a password',
  address: 'it is not in the public network',
  redirect: 'a redirection leads where this request must not go',
} as const;

const unavailableReasons = {
  name: 'its name is not known',
  connect: 'no connection could be made',
  time: 'it did not answer in time',
  certificate: 'its certificate is not valid',
  unreadable: 'its answer cannot be read',
  redirects: 'it redirects too often',
  broken: 'the connection broke',
} as const;

export type UnavailableReason = keyof typeof unavailableReasons;

/** The server must not send this request. */
export function addressRefused(reason: keyof typeof refusalReasons): ToolcribError {
  return new ToolcribError('address_refused', { params: { reason: refusalReasons[reason] } });
}

/** The other side cannot be used. */
export function upstreamUnavailable(reason: UnavailableReason, cause?: unknown): ToolcribError {
  const error = new ToolcribError('upstream_unavailable', { params: { reason: unavailableReasons[reason] }, cause });
  told_reasons.set(error, reason);
  return error;
}

const told_reasons = new WeakMap<ToolcribError, UnavailableReason>();

/** Why there was no answer, of an error of this client: what may be sent again depends on it. */
export function unavailableReasonOf(error: ToolcribError): UnavailableReason | undefined {
  return told_reasons.get(error);
}

/** The other side answered, and not what it should. What exactly goes to the log. */
export function upstreamUnreadable(what: string, cause?: unknown): ToolcribError {
  return upstreamUnavailable('unreadable', cause ?? what);
}

/** Whether the connection broke before anything was answered, as one does that was kept open and closed meanwhile. */
export function isBroken(thrown: unknown): boolean {
  return !(thrown instanceof ToolcribError) && reasonOf(thrown) === 'broken';
}

/** A failure of the client below as a catalogue error. */
export function toRequestError(thrown: unknown): ToolcribError {
  if (thrown instanceof ToolcribError) return thrown;
  if (codeOf(thrown) === 'UND_ERR_MAX_ORIGINS_REACHED') return requestsLimited();
  return upstreamUnavailable(reasonOf(thrown), thrown);
}

/** Too many requests are under way already. */
export function requestsLimited(): ToolcribError {
  return new ToolcribError('calls_limited', {
    params: { scope: 'one remote service', retry_after_s: 1 },
    retry_after_s: 1,
  });
}

const reasons: Readonly<Record<string, UnavailableReason>> = {
  ENOTFOUND: 'name',
  EAI_AGAIN: 'name',
  ENODATA: 'name',
  ECONNREFUSED: 'connect',
  EHOSTUNREACH: 'connect',
  ENETUNREACH: 'connect',
  EADDRNOTAVAIL: 'connect',
  ETIMEDOUT: 'connect',
  UND_ERR_CONNECT_TIMEOUT: 'connect',
  UND_ERR_HEADERS_TIMEOUT: 'time',
  UND_ERR_BODY_TIMEOUT: 'time',
  UND_ERR_HEADERS_OVERFLOW: 'unreadable',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'unreadable',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate',
};

function reasonOf(thrown: unknown): UnavailableReason {
  const code = codeOf(thrown);
  // The parser gives some of its errors no code.
  if (thrown instanceof Error && thrown.name === 'HTTPParserError') return 'unreadable';
  if (code.startsWith('HPE_') || code.startsWith('Z_') || code.startsWith('ERR__ERROR_')) return 'unreadable';
  if (code.startsWith('CERT_') || code.startsWith('ERR_TLS_')) return 'certificate';
  return reasons[code] ?? 'broken';
}

function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return '';
  return typeof thrown.code === 'string' ? thrown.code : '';
}
