// The guarded HTTP client in the form of `fetch`, for libraries that speak a protocol over whatever fetch they are given: they
// reach nothing that the client does not reach, follow no redirection, and read no more than its limits.
import { isOwnHeader } from './http-client.ts';
import type { HttpClient, HttpHead, HttpMethod, HttpRequest } from './http-client.ts';
import { upstreamUnreadable } from './http-client-errors.ts';

/** What libraries pass: a part of what the standard `fetch` takes. */
export interface FetchOptions {
  readonly method?: string | undefined;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: unknown;
  readonly signal?: AbortSignal | null | undefined;
}

export interface GuardedFetchOptions {
  readonly timeout_ms?: number;
  readonly limit_bytes?: number;
  /** Answers as soon as the headers are there; the body is read as it comes, within the same bounds. */
  readonly stream?: boolean;
}

export type GuardedFetch = (url: string | URL, options?: FetchOptions) => Promise<Response>;

/**
 * Any status is an answer, a redirection too. Throws what the client throws; TypeError for a body that is neither text, bytes
 * nor the fields of a form.
 */
export function guardedFetch(
  client: HttpClient,
  { stream = false, ...bounds }: GuardedFetchOptions = {},
): GuardedFetch {
  return async (url, { method = 'GET', headers, body, signal } = {}) => {
    const sent = new Headers(headers);
    const content = readContent(body);
    if (body instanceof URLSearchParams && !sent.has('content-type')) {
      sent.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8');
    }
    const request: HttpRequest = {
      method: method.toUpperCase() as HttpMethod,
      url,
      headers: Object.fromEntries([...sent].filter(([name]) => !isOwnHeader(name))),
      ...(content === undefined ? {} : { body: content }),
      ...(signal === undefined || signal === null ? {} : { signal }),
      ...bounds,
    };
    if (!stream) {
      const { body: read, ...head } = await client.request(request);
      return toResponse(head, new Uint8Array(read));
    }
    const { chunks, ...head } = await client.stream(request);
    return toResponse(head, ReadableStream.from(chunks));
  };
}

/** Throws `upstream_unavailable` for a status or a header that the standard's `Response` does not know. */
function toResponse(
  { status, headers, url }: HttpHead,
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
): Response {
  // The body is unpacked already; a status without a body must be given none (fetch, "null body status").
  const is_empty = status === 204 || status === 205 || status === 304;
  const received = [...headers].filter(([name]) => !packing.has(name));
  try {
    const response = new Response(is_empty ? null : body, { status, headers: received });
    return Object.defineProperty(response, 'url', { value: url.href });
  } catch (cause) {
    throw upstreamUnreadable('not what fetch can answer', cause);
  }
}

const packing: ReadonlySet<string> = new Set(['content-encoding', 'content-length', 'transfer-encoding']);

function readContent(body: unknown): string | Uint8Array | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('Only text, bytes and the fields of a form are sent');
}
