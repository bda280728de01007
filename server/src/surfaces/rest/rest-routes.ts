// Turns operations into routes: guard, decode, handle, answer. The same for each, so that none can forget a step.
import type { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import type { Principal } from '../../identity/principal.ts';
import { requirePermission } from '../../invoke/find.ts';
import { ByteStream, TextStream, readJson, sendJson, sendStream } from '../http.ts';
import type { Exchange, Route } from '../route.ts';
import { authorizationOf } from '../web/browser.ts';
import { operations } from './operations.ts';
import type { AnyOperation, OperationInput, RestDeps } from './operation.ts';

export function restRoutes(deps: RestDeps): readonly Route[] {
  return operations.map((operation) => ({
    method: operation.method,
    path: operation.path,
    cross_origin: true,
    any_host: operation.guard.kind === 'public',
    handle: (exchange) => serve(operation, exchange, deps),
  }));
}

async function serve(operation: AnyOperation, exchange: Exchange, deps: RestDeps): Promise<void> {
  const principal = await guard(operation, exchange, deps);
  const query: unknown = decode(operation.query, Object.fromEntries(new URLSearchParams(exchange.query)), 'query');
  const body: unknown =
    operation.body === undefined ? undefined : decode(operation.body, (await readJson(exchange)) ?? {}, 'body');
  const output: unknown = await operation.handle(new Input({ query, body, exchange }, principal), deps);
  if (output instanceof TextStream || output instanceof ByteStream) return sendStream(exchange, output);
  const { status = 200 } = operation;
  sendJson(exchange, typeof status === 'function' ? status(output) : status, output);
}

/** What a handler gets. A class, for the accessor must stand on a prototype (see HttpExchange). */
class Input implements OperationInput<unknown, unknown> {
  readonly query: unknown;
  readonly body: unknown;
  readonly exchange: Exchange;
  readonly #principal: Principal | undefined;

  constructor(
    { query, body, exchange }: { readonly query: unknown; readonly body: unknown; readonly exchange: Exchange },
    principal: Principal | undefined,
  ) {
    this.query = query;
    this.body = body;
    this.exchange = exchange;
    this.#principal = principal;
  }

  get params(): Exchange['params'] {
    return this.exchange.params;
  }

  get principal(): Principal {
    if (this.#principal === undefined) throw new TypeError('The guard of this operation names no principal');
    return this.#principal;
  }
}

async function guard(operation: AnyOperation, exchange: Exchange, deps: RestDeps): Promise<Principal | undefined> {
  if (operation.guard.kind !== 'permission') return undefined;
  const principal = await deps.identify(authorizationOf(exchange));
  requirePermission(principal, operation.guard.permission);
  if (operation.guard.session_only === true && principal.via.kind !== 'session') {
    throw new ToolcribError('session_required');
  }
  return principal;
}

function decode(schema: z.ZodType | undefined, value: unknown, part: 'query' | 'body'): unknown {
  if (schema === undefined) return undefined;
  const decoded = schema.safeParse(value);
  if (decoded.success) return decoded.data;
  const faults = decoded.error.issues.map((issue): Fault => ({
    path: [part, ...issue.path].join('.'),
    message: issue.message,
  }));
  throw new ToolcribError('body_invalid', { params: { problem: `its ${part} has ${faults.length} fault(s)` }, faults });
}
