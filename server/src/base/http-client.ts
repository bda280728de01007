// The one opener of outgoing connections for URLs that a file or a tenant names. Every new connection is checked where it is
// opened, after its name was resolved: nothing private is reached but what the operator has allowed (docs/decisions/0083).
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import type { Agent, buildConnector, Dispatcher } from 'undici';
import { createAddressGuard } from './address-guard.ts';
import type { AddressGuard } from './address-guard.ts';
import { acceptedEncodings, readChunks } from './http-client-body.ts';
import {
  addressRefused,
  isBroken,
  requestsLimited,
  toRequestError,
  upstreamUnavailable,
} from './http-client-errors.ts';
import { nextHop } from './http-client-redirects.ts';
import type { Hop, HttpMethod } from './http-client-redirects.ts';
import { limits } from './limits.ts';

export type { HttpMethod };

export interface HttpRequest {
  /** `GET` when absent. */
  readonly method?: HttpMethod;
  readonly url: string | URL;
  /** Not `host`, nor any other that describes the connection. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Ends the request; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** The whole request, from looking up the name to the last byte. */
  readonly timeout_ms?: number;
  /** The unpacked body; `result_too_large` above it. */
  readonly limit_bytes?: number;
  /** How many redirections are followed, five at most. None when absent: the redirection is then the answer. */
  readonly redirects?: number;
}

export interface HttpHead {
  readonly status: number;
  /** By name in lower case; several of one name are joined by `, `. */
  readonly headers: ReadonlyMap<string, string>;
  /** Whose answer it is, after redirections. */
  readonly url: URL;
}

export interface HttpAnswer extends HttpHead {
  readonly body: Buffer;
}

export interface HttpStream extends HttpHead {
  /** To be read once. Whoever does not want the rest leaves the loop. */
  readonly chunks: AsyncIterable<Buffer>;
}

/**
 * Sends requests. Any status is an answer. Throws `address_refused` for what the server must not reach,
 * `upstream_unavailable` when there is no answer, `calls_limited`, `result_too_large`, or the reason of the signal.
 * GET and HEAD are sent once more when the connection breaks before an answer.
 */
export interface HttpClient {
  /** The answer with its whole body. */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** The answer as soon as its headers are there. */
  stream(request: HttpRequest): Promise<HttpStream>;
  /** Ends every connection. Idempotent. */
  close(): Promise<void>;
}

/** Every address of a name; the same answer is checked and connected to. */
export type ResolveName = (name: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export interface HttpClientOptions {
  /** Host names, addresses and networks (CIDR) that may be reached although they are not public. */
  readonly allowed_private: readonly string[];
  /** By default as the operating system resolves. */
  readonly resolve?: ResolveName;
  /** Certificates (PEM) that may sign a server's, beside the public authorities. */
  readonly ca?: string;
  /** By default those of limits.ts. */
  readonly bounds?: Partial<HttpBounds>;
}

interface HttpBounds {
  readonly http_connect_ms: number;
  readonly http_connections: number;
  readonly http_requests: number;
  readonly http_requests_in_all: number;
  readonly http_origins: number;
}

/** For whoever decides when it ends. */
export interface OwnedHttpClient extends HttpClient {
  /** Whether no request is under way, up to the last byte of its answer. */
  isIdle(): boolean;
}

/** A client that lasts as long as the server. */
export function createHttpClient(options: HttpClientOptions): OwnedHttpClient {
  const bounds = { ...limits, ...options.bounds };
  const guard = createAddressGuard(options.allowed_private);
  // The library is loaded with the first request: most servers never make one.
  const openAgent = async (): Promise<Agent> => {
    const undici = await import('undici');
    return new undici.Agent({
      connect: createConnector(undici.buildConnector, guard, { ...options, ...bounds }),
      connections: bounds.http_connections,
      maxOrigins: bounds.http_origins,
      maxHeaderSize: limits.http_header_bytes,
      keepAliveMaxTimeout: limits.http_idle_ms,
      // The whole time of a request is bounded by its signal.
      headersTimeout: 0,
      bodyTimeout: 0,
      pipelining: 1,
      allowH2: false,
      useMilo: false,
    });
  };
  let agent: Promise<Agent> | undefined;
  let is_closed = false;
  const context: Context = {
    agent: () => {
      if (is_closed) throw upstreamUnavailable('broken');
      return (agent ??= openAgent());
    },
    guard,
    under_way: new Map(),
    in_all: 0,
    max_requests: bounds.http_requests,
    max_in_all: bounds.http_requests_in_all,
  };
  return {
    request: async (request) => {
      const { chunks, ...head } = await send(context, request);
      const read: Buffer[] = [];
      for await (const chunk of chunks) read.push(chunk);
      return { ...head, body: Buffer.concat(read) };
    },
    stream: (request) => send(context, request),
    isIdle: () => context.in_all === 0,
    close: async () => {
      is_closed = true;
      await (await agent)?.destroy();
    },
  };
}

interface Context {
  readonly agent: () => Promise<Agent>;
  readonly guard: AddressGuard;
  /** Requests by origin. */
  readonly under_way: Map<string, number>;
  /** Requests to all of them. */
  in_all: number;
  readonly max_requests: number;
  readonly max_in_all: number;
}

/** Opens connections to checked addresses only, whoever asks for one: a request, a redirection, a pool that grows. */
function createConnector(
  build: typeof buildConnector,
  guard: AddressGuard,
  { resolve = resolveBySystem, ca, http_connect_ms }: HttpClientOptions & HttpBounds,
): buildConnector.connector {
  const connect = build({
    timeout: http_connect_ms,
    allowH2: false,
    autoSelectFamily: true,
    lookup: createLookup(guard, resolve),
    ...(ca === undefined ? {} : { ca }),
  });
  return (options, callback) => {
    const { hostname } = options;
    // The system does not look up what is an address already.
    if (isIP(hostname) !== 0 && !guard.allows(hostname, hostname)) return callback(addressRefused('address'), null);
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      if (guard.allows(hostname, socket.remoteAddress ?? '')) return callback(null, socket);
      socket.destroy();
      callback(addressRefused('address'), null);
    });
  };
}

/** Resolves once and hands on what was checked: there is no second look-up that could answer otherwise. */
function createLookup(guard: AddressGuard, resolve: ResolveName): LookupFunction {
  const checked = callbackify(async (hostname: string) => {
    const addresses = await resolve(hostname);
    if (addresses.length === 0) throw upstreamUnavailable('name');
    if (!addresses.every(({ address }) => guard.allows(hostname, address))) throw addressRefused('address');
    return [...addresses];
  });
  // With autoSelectFamily all addresses are asked for, always.
  return (hostname, _options, callback) => checked(hostname, callback);
}

const resolveBySystem: ResolveName = (name) => lookup(name, { all: true });

/** The answer of the last hop. */
async function send(context: Context, request: HttpRequest): Promise<HttpStream> {
  const { signal, timeout_ms = limits.http_request_ms, limit_bytes = limits.http_body_bytes } = request;
  const timeout = AbortSignal.timeout(timeout_ms);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const toError = (thrown: unknown): unknown => {
    if (signal?.aborted === true) return signal.reason;
    return timeout.aborted ? upstreamUnavailable('time', thrown) : toRequestError(thrown);
  };
  const max_redirects = Math.min(request.redirects ?? 0, limits.http_redirects);
  let hop = firstHop(request);
  try {
    for (let redirects = 0; ; redirects += 1) {
      const answer = await sendHop(context, hop, either);
      const next = max_redirects === 0 ? undefined : nextHop(hop, answer.statusCode, answer.headers['location']);
      if (next === undefined) return toStream(hop.url, answer, { limit_bytes, toError });
      answer.body.destroy();
      if (redirects === max_redirects) throw upstreamUnavailable('redirects');
      hop = { ...next, url: checkUrl(next.url) };
    }
  } catch (thrown) {
    throw toError(thrown);
  }
}

/** Headers that describe the connection or the framing: they are the client's own. */
const own_headers = new Set([
  ...[
    'host',
    'connection',
    'keep-alive',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'expect',
  ],
  ...['content-length', 'accept-encoding'],
]);

/** Whether a header is the client's own to set. */
export function isOwnHeader(name: string): boolean {
  return own_headers.has(name.toLowerCase());
}

function firstHop({ method = 'GET', url, headers = {}, body }: HttpRequest): Hop {
  const own = Object.keys(headers).find((name) => isOwnHeader(name));
  if (own !== undefined) throw new TypeError(`The header ${own} is the client's own`);
  return { method, url: checkUrl(url), headers, body };
}

function checkUrl(written: string | URL): URL {
  const url = URL.parse(String(written));
  if (url === null) throw addressRefused('not_url');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw addressRefused('protocol');
  if (url.username !== '' || url.password !== '') throw addressRefused('user');
  return url;
}

async function sendHop(context: Context, hop: Hop, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  try {
    return await dispatch(context, hop, signal);
  } catch (thrown) {
    const is_read = hop.method === 'GET' || hop.method === 'HEAD';
    if (!is_read || signal.aborted || !isBroken(thrown)) throw thrown;
    return await dispatch(context, hop, signal);
  }
}

async function dispatch(
  context: Context,
  { method, url, headers, body }: Hop,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const { origin } = url;
  const done = takePlace(context, origin);
  try {
    const agent = await context.agent();
    const answer = await agent.request({
      origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: { 'user-agent': 'toolcrib', ...headers, 'accept-encoding': acceptedEncodings },
      body: body ?? null,
      signal,
    });
    // An answer that nobody reads is ended by the signal; that is nobody's failure.
    answer.body.once('close', done).on('error', () => undefined);
    return answer;
  } catch (thrown) {
    done();
    throw thrown;
  }
}

/** Counts the request until what is returned is called. Throws `calls_limited`. */
function takePlace(context: Context, origin: string): () => void {
  const { under_way, max_requests, max_in_all } = context;
  const before = under_way.get(origin) ?? 0;
  if (before >= max_requests || context.in_all >= max_in_all) throw requestsLimited();
  under_way.set(origin, before + 1);
  context.in_all += 1;
  return () => {
    context.in_all -= 1;
    const now = under_way.get(origin) ?? 0;
    if (now > 1) under_way.set(origin, now - 1);
    else under_way.delete(origin);
  };
}

function toStream(
  url: URL,
  { statusCode: status, headers, body }: Dispatcher.ResponseData,
  options: Pick<Parameters<typeof readChunks>[1], 'limit_bytes' | 'toError'>,
): HttpStream {
  const by_name = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) by_name.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  const encoding = by_name.get('content-encoding');
  const length = by_name.get('content-length');
  return { status, headers: by_name, url, chunks: readChunks(body, { encoding, length, ...options }) };
}
