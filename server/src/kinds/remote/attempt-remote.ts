// One request by the contract of remote tools, and what its outcome means: for the caller, for asking again, and for the
// service's health. Asks once; knows no retries.
import type { ServiceError } from '@toolcrib/client';
import { ToolcribError } from '../../base/errors.ts';
import { unavailableReasonOf } from '../../base/http-client-errors.ts';
import type { HttpAnswer, HttpClient } from '../../base/http-client.ts';
import type { JsonValue } from '../../base/json.ts';
import { withoutSecretTexts } from '../http/without-account.ts';
import type { Health } from './breakers.ts';
import { envelopeProblems, readEnvelope } from './read-envelope.ts';
import type { Envelope, EnvelopeProblem } from './read-envelope.ts';

export interface RemoteRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly token: string | undefined;
  /** Whether the token is the caller's own: then a refusal is about their account. */
  readonly is_callers_token: boolean;
  readonly signal: AbortSignal;
  readonly timeout_ms: number;
  readonly limit_bytes: number;
}

export type Attempt =
  | { readonly kind: 'result'; readonly value: JsonValue }
  | {
      readonly kind: 'failed';
      readonly error: unknown;
      /**
       * Whether it may be asked again: `safe`: nothing was sent; `idempotent`: only where asking twice does no more than
       * asking once.
       */
      readonly again: 'safe' | 'idempotent' | 'never';
      readonly health: Health;
      /** Milliseconds that the service wants to be left alone. */
      readonly rest_ms: number;
    };

/** Statuses by which a service says that the next attempt may go better. */
const passing_statuses: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

export async function attemptRemote(client: HttpClient, request: RemoteRequest, now: () => number): Promise<Attempt> {
  const { url, headers, body, token, signal, timeout_ms, limit_bytes } = request;
  try {
    const answer = await client.request({ method: 'POST', url, headers, body, signal, timeout_ms, limit_bytes });
    return read(withoutSecretTexts(answer, token === undefined ? [] : [token]), request, now());
  } catch (thrown) {
    return unanswered(thrown, signal);
  }
}

function unanswered(thrown: unknown, signal: AbortSignal): Attempt {
  const failed = { kind: 'failed', error: thrown, again: 'never', health: 'unknown', rest_ms: 0 } as const;
  if (!(thrown instanceof ToolcribError)) return failed;
  // The deadline of the call is the service's doing; that the caller goes away is not.
  if (signal.aborted) return { ...failed, health: thrown.code === 'call_timed_out' ? 'ill' : 'unknown' };
  if (thrown.code === 'result_too_large') return { ...failed, health: 'well' };
  switch (unavailableReasonOf(thrown)) {
    case undefined:
      return failed;
    case 'name':
    case 'connect':
      return { ...failed, again: 'safe', health: 'ill' };
    case 'broken':
      return { ...failed, again: 'idempotent', health: 'ill' };
    case 'time':
    case 'certificate':
    case 'unreadable':
    case 'redirects':
      return { ...failed, health: 'ill' };
  }
}

function read(answer: HttpAnswer, request: RemoteRequest, now: number): Attempt {
  const { status } = answer;
  if (status >= 300 && status < 400) return invalid('redirect', 'well');
  const envelope = readEnvelope(answer.body);
  if (envelope.kind === 'success') return { kind: 'result', value: envelope.result };
  const refused_account = refusedAccount(envelope, status, request);
  if (refused_account !== undefined) return refused_account;
  if (passing_statuses.has(status)) return passing(envelope, answer, now);
  if (envelope.kind === 'refusal') return answered(remoteFailed(envelope.error));
  const is_ill = status >= 500 ? 'ill' : 'well';
  if (envelope.kind === 'malformed') return invalid(envelope.problem, is_ill);
  const is_success = status >= 200 && status < 300;
  if (is_success) return invalid(envelope.problem, is_ill);
  return { ...answered(new ToolcribError('upstream_refused', { params: { status } })), health: is_ill };
}

/** 401 is always about the account; 403 may be about what is asked for, and then the service says so. */
function refusedAccount(envelope: Envelope, status: number, request: RemoteRequest): Attempt | undefined {
  if (!request.is_callers_token || (status !== 401 && (status !== 403 || envelope.kind === 'refusal'))) {
    return undefined;
  }
  return answered(new ToolcribError('credential_refused', { params: { credential: 'remote' } }));
}

function answered(error: ToolcribError): Attempt & { readonly kind: 'failed' } {
  return { kind: 'failed', error, again: 'never', health: 'well', rest_ms: 0 };
}

function invalid(problem: EnvelopeProblem, health: Health): Attempt {
  const error = new ToolcribError('remote_invalid', { params: { problem: envelopeProblems[problem] } });
  return { ...answered(error), health };
}

/** What is said in the envelope says more than the status; the status says that it may pass. */
function passing(envelope: Envelope, { status, headers }: HttpAnswer, now: number): Attempt {
  const rest_ms = restOf(headers.get('retry-after'), now);
  const retry = rest_ms === 0 ? {} : { retry_after_s: Math.ceil(rest_ms / 1_000) };
  const error =
    envelope.kind === 'refusal'
      ? remoteFailed(envelope.error, retry)
      : new ToolcribError('upstream_unavailable', {
          params: { reason: `it answered with the status ${status}` },
          ...retry,
        });
  // A service that counts requests, or that says what is wrong, is well.
  const health = status === 429 || envelope.kind === 'refusal' ? 'well' : 'ill';
  return { kind: 'failed', error, again: 'idempotent', health, rest_ms };
}

function remoteFailed(service_error: ServiceError, retry: { readonly retry_after_s?: number } = {}): ToolcribError {
  return new ToolcribError('remote_failed', { params: { service_code: service_error.code }, service_error, ...retry });
}

/** RFC 9110 §10.2.3: seconds or a date. Zero when there is none, or none that can be meant. */
function restOf(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  const rest_ms = /^\d{1,6}$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(rest_ms) && rest_ms > 0 ? rest_ms : 0;
}
