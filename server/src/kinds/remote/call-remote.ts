// Calls a tool of a remote service by the contract (docs/remote-tools.md): POST {base_url}/v1/tools/{tool_type}.{action} with
// the parameters at top level and a context. Retries where that is safe; leaves a failing service alone for a while.
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { ToolcribError } from '../../base/errors.ts';
import { addressRefused } from '../../base/http-client-errors.ts';
import type { HttpClient } from '../../base/http-client.ts';
import { writeJson } from '../../base/json.ts';
import type { JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { isHeaderValue } from '../http/fields.ts';
import { attemptRemote } from './attempt-remote.ts';
import type { Attempt, RemoteRequest } from './attempt-remote.ts';
import type { Breakers, Health } from './breakers.ts';

/** What `tool_type` and `action` may be: nothing needs escaping. */
export const remoteNamePattern = /^[a-z0-9_]{1,100}$/;

/** All that a service is told of a call beside its parameters: never a secret, never configuration. */
export interface RemoteContext {
  readonly tenant_id: string;
  readonly workspace_id: string;
  /** Id of the call: it stands in our audit. */
  readonly execution_id: string;
}

export interface RemoteCall {
  readonly base_url: string;
  /** Sent as `Authorization: Bearer`; no such header without one. */
  readonly token?: string | undefined;
  /** Whether the token is an account of the caller's: the service's refusal is then `credential_refused`. */
  readonly is_callers_token?: boolean;
  readonly tool_type: string;
  readonly action: string;
  /** Spread at the top level of the body. `context` is not among them. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly context: RemoteContext;
  /** The same for every attempt of one call; by default the id of the call. */
  readonly idempotency_key?: string;
  /** Whether asking twice does no more than asking once: by the tool, or because the service heeds the Idempotency-Key. */
  readonly idempotent: boolean;
  /** All attempts with the waits between them. */
  readonly timeout_ms?: number;
  /** Bytes of the result. */
  readonly limit_bytes: number;
  /** Names the connection for the circuit breaker; with the tenant of the context it is one's own. */
  readonly connection: string;
  readonly signal: AbortSignal;
}

export interface RemoteDeps {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly breakers: Breakers;
  /** For tests: from 0 to 1. */
  readonly random?: () => number;
  /** For tests: resolves after that time, rejects when the signal aborts. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * The `result` of the answer; null when the service gives none.
 * Throws `remote_failed` (the service's own code and words in `service_error`), `remote_invalid`, `upstream_refused`,
 * `upstream_unavailable`, `address_refused`, `result_too_large`, `credential_refused`, or the reason of the signal.
 */
export async function callRemote(deps: RemoteDeps, call: RemoteCall): Promise<JsonValue> {
  const { timeout_ms = limits.http_request_ms, context, connection, signal } = call;
  const request = toRequest(call);
  const ends_at = deps.clock.monotonic() + timeout_ms;
  const report = deps.breakers.enter(`${context.tenant_id} ${connection}`);
  let health: Health = 'unknown';
  try {
    for (let attempts = 1; ; attempts += 1) {
      const left_ms = Math.max(1, Math.ceil(ends_at - deps.clock.monotonic()));
      const outcome = await attemptRemote(deps.http, { ...request, timeout_ms: left_ms }, () => deps.clock.now());
      health = outcome.kind === 'result' ? 'well' : outcome.health;
      if (outcome.kind === 'result') return outcome.value;
      const wait_ms = waitBefore(outcome, {
        attempts,
        idempotent: call.idempotent,
        random: deps.random ?? anyFraction,
      });
      if (wait_ms === undefined || deps.clock.monotonic() + wait_ms >= ends_at) throw outcome.error;
      await (deps.wait ?? waitFor)(wait_ms, signal);
    }
  } finally {
    report(health);
  }
}

/** Where the tool is; throws `address_refused` for a base that is none. */
export function remoteUrl({
  base_url,
  tool_type,
  action,
}: Pick<RemoteCall, 'base_url' | 'tool_type' | 'action'>): string {
  if (!remoteNamePattern.test(tool_type) || !remoteNamePattern.test(action)) {
    throw new TypeError('A name of a remote tool was not checked when it was loaded');
  }
  if (!isRemoteBase(base_url)) throw addressRefused('not_url');
  return `${base_url.replace(/\/+$/, '')}/v1/tools/${tool_type}.${action}`;
}

/** http or https without user, query and fragment. */
export function isRemoteBase(written: string): boolean {
  const url = URL.parse(written);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return url.username === '' && url.password === '' && !/[?#\\\s]/.test(written);
}

function toRequest(call: RemoteCall): Omit<RemoteRequest, 'timeout_ms'> {
  const { token, params, context, signal, is_callers_token = false } = call;
  const { tenant_id, workspace_id, execution_id } = context;
  if (Object.hasOwn(params, 'context')) {
    const fault = { path: 'context', message: 'is what the server itself tells the service' };
    throw new ToolcribError('arguments_invalid', {
      params: { tool: `${call.tool_type}.${call.action}` },
      faults: [fault],
    });
  }
  if (token !== undefined && (token === '' || !isHeaderValue(token))) {
    throw new ToolcribError('credential_refused', { params: { credential: 'remote' } });
  }
  return {
    url: remoteUrl(call),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'idempotency-key': call.idempotency_key ?? execution_id,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: writeJson({ ...params, context: { tenant_id, workspace_id, execution_id } }),
    token,
    is_callers_token,
    signal,
    limit_bytes: call.limit_bytes + limits.remote_envelope_bytes,
  };
}

interface Asked {
  readonly attempts: number;
  readonly idempotent: boolean;
  readonly random: () => number;
}

/** Milliseconds until the next attempt; undefined when there is none. */
function waitBefore(
  { again, rest_ms }: Extract<Attempt, { readonly kind: 'failed' }>,
  { attempts, idempotent, random }: Asked,
): number | undefined {
  if (again === 'never' || (again === 'idempotent' && !idempotent)) return undefined;
  if (attempts >= limits.remote_attempts) return undefined;
  const backoff_ms = limits.remote_backoff_ms * 2 ** (attempts - 1);
  return Math.max(rest_ms, backoff_ms * (0.5 + random() / 2));
}

/** From 0 to 1. */
function anyFraction(): number {
  return randomInt(1_001) / 1_000;
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}
