// Turns operations into routes: guard, decode, handle, answer. The same for each, so that none can forget a step.
import type { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import type { Principal } from '../../identity/principal.ts';
import { requirePermission } from '../../invoke/find.ts';
import { readJson, sendJson } from '../http.ts';
import type { Exchange, Route } from '../route.ts';
import { operations } from './operations.ts';
import type { AnyOperation, RestDeps } from './operation.ts';

export function restRoutes(deps: RestDeps): readonly Route[] {
  return operations.map((operation) => ({
    method: operation.method,
    path: operation.path,
    any_host: operation.guard.kind === 'public',
    handle: (exchange) => serve(operation, exchange, deps),
  }));
}

async function serve(operation: AnyOperation, exchange: Exchange, deps: RestDeps): Promise<void> {
  const principal = await guard(operation, exchange, deps);
  const query: unknown = decode(operation.query, Object.fromEntries(new URLSearchParams(exchange.query)), 'query');
  const body: unknown =
    operation.body === undefined ? undefined : decode(operation.body, (await readJson(exchange)) ?? {}, 'body');
  const input = {
    params: exchange.params,
    query,
    body,
    exchange,
    get principal(): Principal {
      if (principal === undefined) throw new TypeError(`${operation.id} has no guard that names a principal`);
      return principal;
    },
  };
  const output: unknown = await operation.handle(input, deps);
  const { status = 200 } = operation;
  sendJson(exchange, typeof status === 'function' ? status(output) : status, output);
}

async function guard(operation: AnyOperation, exchange: Exchange, deps: RestDeps): Promise<Principal | undefined> {
  if (operation.guard.kind !== 'permission') return undefined;
  const principal = await deps.identify(exchange.request.headers.authorization);
  requirePermission(principal, operation.guard.permission);
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
