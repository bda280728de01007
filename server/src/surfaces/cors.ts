// What pages of other origins may do (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol): those that the operator has
// named call the interfaces for programs, with a key. Never with a cookie: credentials are allowed to nobody.
import { limits } from '../base/limits.ts';
import type { Exchange, Route } from './route.ts';

/** Headers that clients of ours send. */
const request_headers: readonly string[] = [
  ...['authorization', 'content-type', 'last-event-id'],
  ...['mcp-protocol-version', 'mcp-session-id', 'mcp-method', 'mcp-name'],
];

/** A token for an auth service of a tool. */
const token_header = /^[a-z0-9_-]{1,100}_token$/;

const exposed = ['x-request-id', 'retry-after', 'mcp-session-id', 'www-authenticate'].join(', ');

/**
 * Lets a page of this origin read the answer. `route` is what is asked for, or what a preflight asks about; a route that is
 * not for programs is opened to nobody.
 */
export function allowOrigin({ response }: Exchange, origin: string, route: Route | undefined): void {
  if (route?.cross_origin !== true) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', exposed);
  response.setHeader('vary', 'origin');
}

/** The method that a preflight asks about; undefined for any other request. */
export function preflightMethod({ request }: Exchange): string | undefined {
  return request.method === 'OPTIONS' ? request.headers['access-control-request-method'] : undefined;
}

/** Answers a preflight about a route, after `allowOrigin`. */
export function answerPreflight({ request, response }: Exchange, route: Route): void {
  const asked = (request.headers['access-control-request-headers'] ?? '').split(',').map((name) => name.trim());
  const tokens = asked.filter((name) => token_header.test(name.toLowerCase()));
  response.writeHead(204, {
    'access-control-allow-methods': route.method,
    'access-control-allow-headers': [...request_headers, ...tokens].join(', '),
    'access-control-max-age': String(limits.cors_preflight_s),
  });
  response.end();
}
