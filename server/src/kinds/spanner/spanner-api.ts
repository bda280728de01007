// Calls of Spanner's REST API v1: what is sent, and what an error of it is. Knows nothing of statements and transactions.
import type { HttpClient, HttpStream } from '../../base/http-client.ts';
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { jsonMessages } from './json-messages.ts';
import { SpannerError, toStatus } from './spanner-errors.ts';
import type { PartialResult } from './spanner-types.ts';

export interface SpannerApi {
  /** `path` begins after `/v1/`: `projects/…/sessions/…:commit`. Throws SpannerError, or whatever the network throws. */
  post(path: string, body: JsonObject, signal: AbortSignal): Promise<JsonObject>;
  /** The pieces of an answer. Who stops reading them ends the request, and with it the statement. */
  stream(path: string, body: JsonObject, signal: AbortSignal): AsyncGenerator<PartialResult, void, undefined>;
  delete(path: string, signal: AbortSignal): Promise<void>;
}

export interface SpannerApiOptions {
  /** Origin of the API: `https://spanner.googleapis.com`. */
  readonly origin: string;
  /** `projects/…/instances/…/databases/…`: tells Google's front where the request goes. */
  readonly database: string;
  /** Value of the header Authorization; undefined where none is needed. */
  readonly authorize: (signal: AbortSignal) => Promise<string | undefined>;
  readonly http: HttpClient;
}

export function createSpannerApi({ origin, database, authorize, http }: SpannerApiOptions): SpannerApi {
  const send = async (method: 'POST' | 'DELETE', path: string, options: { body?: JsonObject; signal: AbortSignal }) => {
    const { body, signal } = options;
    const authorization = await authorize(signal);
    const answer = await http.stream({
      method,
      url: `${origin}/v1/${path}`,
      headers: {
        'google-cloud-resource-prefix': database,
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
      // The call's own signal comes first; and an answer is read as far as the call's limits go.
      timeout_ms: limits.call_timeout_max_ms,
      limit_bytes: Number.MAX_SAFE_INTEGER,
    });
    if (answer.status !== 200) throw await toError(answer);
    return answer;
  };
  return {
    post: async (path, body, signal) => (await onlyMessage(await send('POST', path, { body, signal }))) ?? {},
    stream: async function* (path, body, signal) {
      const answer = await send('POST', path, { body, signal });
      for await (const message of messagesOf(answer)) {
        if (message['error'] !== undefined) throw errorOf(message);
        // The emulator wraps each piece.
        yield isJsonObject(message['result']) ? message['result'] : message;
      }
    },
    delete: async (path, signal) => {
      await onlyMessage(await send('DELETE', path, { signal }));
    },
  };
}

async function* messagesOf({ chunks }: HttpStream): AsyncGenerator<JsonObject, void, undefined> {
  for await (const text of jsonMessages(chunks, limits.spanner_message_bytes)) yield JSON.parse(text) as JsonObject;
}

/** Read to its end, so that the connection can be used again. */
async function onlyMessage(answer: HttpStream): Promise<JsonObject | undefined> {
  let found: JsonObject | undefined;
  for await (const message of messagesOf(answer)) found ??= message;
  return found;
}

async function toError(answer: HttpStream): Promise<Error> {
  const message = await onlyMessage(answer);
  // The emulator loses an error that has details, and says so or nothing. Of those it has, it is that of an unknown session.
  const is_lost =
    message === undefined ? answer.status === 404 : message['message'] === 'failed to marshal error message';
  if (is_lost) return new SpannerError('NOT_FOUND', 'Not found', { session_lost: true });
  if (message !== undefined) return errorOf(message);
  return new Error(`HTTP ${answer.status}`);
}

/** `{error: {code, status, message, details}}`, or without the `error` around it. */
function errorOf(message: JsonObject): SpannerError {
  const error = isJsonObject(message['error']) ? message['error'] : message;
  const text = typeof error['message'] === 'string' ? error['message'] : '';
  const details = Array.isArray(error['details']) ? error['details'].filter((detail) => isJsonObject(detail)) : [];
  const status = toStatus(error['status'], error['code']);
  return new SpannerError(status, text, {
    retry_ms: milliseconds(details.find((detail) => detail['retryDelay'] !== undefined)?.['retryDelay']),
    session_lost: status === 'NOT_FOUND' && /^session not found/i.test(text),
  });
}

/** Of a duration such as "0.013s". */
function milliseconds(duration: unknown): number | undefined {
  const seconds = typeof duration === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(duration)?.[1] : undefined;
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
