// The hand-written reading of messages against the official schemas: they must agree on every message.
import {
  CallToolRequestSchema,
  JSONRPCNotificationSchema,
  JSONRPCRequestSchema,
  JSONRPCResponseSchema,
} from '@modelcontextprotocol/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMessage } from './message.ts';

/** Values that are often nearly right, so that both answers come up. */
const id = fc.oneof(
  { weight: 3, arbitrary: fc.integer() },
  { weight: 3, arbitrary: fc.string({ maxLength: 3 }) },
  fc.constantFrom<unknown>(null, 1.5, true, 2 ** 53, -0, {}, [], ''),
);
const meta = fc.oneof(
  { weight: 5, arbitrary: fc.record({ progressToken: id, other: fc.jsonValue() }, { requiredKeys: [] }) },
  fc.constantFrom<unknown>(null, [], 'x', 0),
);
const params = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ _meta: meta, name: fc.string(), arguments: fc.jsonValue() }, { requiredKeys: [] }),
  },
  fc.constantFrom<unknown>(null, [], 'x', 0),
);
const message = fc.oneof(
  fc.record(
    {
      jsonrpc: fc.oneof({ weight: 9, arbitrary: fc.constant('2.0') }, fc.constantFrom<unknown>('1.0', 2, null)),
      id,
      method: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('tools/call', 'ping', '') }, fc.jsonValue()),
      params,
    },
    { requiredKeys: ['jsonrpc', 'method'] },
  ),
  fc.record(
    { jsonrpc: fc.constant('2.0'), id, method: fc.constant('ping'), extra: fc.constant(1) },
    { requiredKeys: ['jsonrpc', 'method'] },
  ),
  fc.record(
    {
      jsonrpc: fc.constant('2.0'),
      id,
      result: fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue()),
      error: fc.record({ code: fc.integer(), message: fc.string() }),
    },
    { requiredKeys: ['jsonrpc'] },
  ),
  fc.jsonValue(),
);

/** As it comes off the wire: no undefined, no negative zero. */
const wire = message.map((value): unknown => JSON.parse(JSON.stringify(value)));

describe('readMessage', () => {
  test('takes exactly the requests and notifications that the official schemas take', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(wire, (value) => {
        const { kind } = readMessage(value);
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
        expect(kind === 'request').toBe(JSONRPCRequestSchema.safeParse(value).success);
        expect(kind === 'notification').toBe(JSONRPCNotificationSchema.safeParse(value).success);
      }),
      { numRuns: 5_000 },
    );
    // A generator that never makes a valid message would prove nothing.
    for (const kind of ['request', 'notification', 'invalid']) expect(seen.get(kind) ?? 0).toBeGreaterThan(100);
  });

  test('takes every response that the official schemas take for a response', () => {
    fc.assert(
      fc.property(wire, (value) => {
        if (JSONRPCResponseSchema.safeParse(value).success) expect(readMessage(value).kind).toBe('response');
      }),
      { numRuns: 2_000 },
    );
  });

  test('gives the parts of a call as they came', () => {
    const call = { jsonrpc: '2.0', id: 'a', method: 'tools/call', params: { name: 'x', arguments: { n: 1 } } };
    expect(CallToolRequestSchema.safeParse(call).success).toBe(true);
    expect(readMessage(call)).toEqual({ kind: 'request', id: 'a', method: 'tools/call', params: call.params });
  });

  test('keeps the id of what it refuses, where it can be read', () => {
    expect(readMessage({ jsonrpc: '1.0', id: 7, method: 'ping' })).toEqual({ kind: 'invalid', id: 7 });
    expect(readMessage({ jsonrpc: '2.0', id: null, method: 'ping' })).toEqual({ kind: 'invalid', id: null });
    expect(readMessage('ping')).toEqual({ kind: 'invalid', id: null });
  });
});
