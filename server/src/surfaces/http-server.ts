// The HTTP server: one node:http server, a table of routes, and the checks that hold for every request.
// Knows no operation; stops gracefully.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ToolcribError, toToolcribError } from '../base/errors.ts';
import type { Ids } from '../base/ids.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { refusesHost } from './allowed-hosts.ts';
import type { AllowedHosts } from './allowed-hosts.ts';
import { allowOrigin, answerPreflight, preflightMethod } from './cors.ts';
import { sendError } from './http.ts';
import type { Exchange, Route } from './route.ts';
import { Router } from './router.ts';
import type { RouteMatch } from './router.ts';

export interface HttpServerDeps {
  readonly routes: readonly Route[];
  readonly log: Log;
  readonly ids: Ids;
  readonly allowed: AllowedHosts;
  /** Time for a client to send its whole request. */
  readonly receive_ms?: number;
}

export interface HttpServer {
  /** Resolves with the bound port (useful with port 0). Throws `address_unavailable`. */
  listen(host: string, port: number): Promise<number>;
  /** Takes no new connection, lets the requests in flight end for `grace_ms`, then cuts them. */
  close(grace_ms: number): Promise<void>;
}

export function createHttpServer(deps: HttpServerDeps): HttpServer {
  const router = new Router(deps.routes);
  const { receive_ms = limits.request_receive_ms } = deps;
  const server = createServer(
    {
      maxHeaderSize: limits.header_bytes,
      requestTimeout: receive_ms,
      headersTimeout: receive_ms,
      connectionsCheckingInterval: Math.min(5_000, receive_ms),
      noDelay: true,
    },
    (request, response) => serve(deps, router, request, response),
  );
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  return {
    listen: (host, port) => listen(server, host, port),
    close: (grace_ms) => close(server, grace_ms),
  };
}

function serve(deps: HttpServerDeps, router: Router, request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const match = router.find(request.method ?? 'GET', path);
  const exchange = new HttpExchange(deps.ids, {
    request,
    response,
    params: match.kind === 'found' ? match.params : {},
    query: mark === -1 ? '' : url.slice(mark + 1),
  });
  const route = match.kind === 'found' ? match.route : undefined;
  try {
    if (route?.any_host !== true && refusesHost(deps.allowed, request)) throw new ToolcribError('origin_refused');
    const { origin } = request.headers;
    if (origin !== undefined && deps.allowed.origins.has(origin)) {
      const wanted = preflightMethod(exchange);
      if (wanted === undefined) allowOrigin(exchange, origin, route);
      else if (allowPreflight(router.find(wanted, path), exchange, origin)) return;
    }
    if (match.kind === 'none') throw new ToolcribError('not_found');
    if (match.kind === 'method') {
      response.setHeader('allow', match.allowed.join(', '));
      throw new ToolcribError('method_not_allowed', {
        params: { method: request.method ?? '', allowed: match.allowed.join(', ') },
      });
    }
    const pending = match.route.handle(exchange);
    if (pending !== undefined) pending.catch((thrown: unknown) => fail(deps, route, exchange, thrown));
  } catch (thrown) {
    fail(deps, route, exchange, thrown);
  }
}

/** Whether the preflight is answered: its route is there and for programs. */
function allowPreflight(match: RouteMatch, exchange: Exchange, origin: string): boolean {
  if (match.kind !== 'found' || match.route.cross_origin !== true) return false;
  allowOrigin(exchange, origin, match.route);
  answerPreflight(exchange, match.route);
  return true;
}

/** A class, for the accessor must stand on a prototype: one on each object keeps every request from dying young (V8). */
class HttpExchange implements Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly params: Exchange['params'];
  readonly query: string;
  readonly #ids: Ids;
  #request_id: string | undefined;

  constructor(ids: Ids, { request, response, params, query }: Omit<Exchange, 'request_id'>) {
    this.#ids = ids;
    this.request = request;
    this.response = response;
    this.params = params;
    this.query = query;
  }

  get request_id(): string {
    return (this.#request_id ??= this.#ids.uuid());
  }
}

function fail(deps: HttpServerDeps, route: Route | undefined, exchange: Exchange, thrown: unknown): void {
  const error = toToolcribError(thrown);
  if (error.code === 'internal') deps.log.error('request-failed', { request_id: exchange.request_id, error: thrown });
  try {
    (route?.error ?? sendError)(exchange, error);
  } catch (failure) {
    deps.log.error('answer-failed', { request_id: exchange.request_id, error: failure });
    exchange.response.destroy();
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException): void =>
      reject(new ToolcribError('address_unavailable', { params: { host, port, reason: cause.code ?? '' }, cause }));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server, grace_ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), grace_ms);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
