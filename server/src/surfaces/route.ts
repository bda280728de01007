// What the HTTP server serves: a route is a method, a path pattern and a handler. Surfaces only translate.
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Values of the `{name}` parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The query string without the question mark. */
  readonly query: string;
  /** Made when it is first asked for: it stands in error answers and beside their cause in the log. */
  readonly request_id: string;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/v1/tools/{name}/call`; a part is literal or `{name}`. */
  readonly path: string;
  /** Answers the exchange. A thrown error is rendered by `error`, or as REST when the surface gives none. */
  handle(exchange: Exchange): void | Promise<void>;
  /** Answers under any host name: only for probes that tell nothing. */
  readonly any_host?: boolean;
  /** Pages of the origins that the operator has named may call it: for interfaces that take a key. */
  readonly cross_origin?: boolean;
  /** How this surface shows an error. */
  readonly error?: (exchange: Exchange, thrown: unknown) => void;
}
