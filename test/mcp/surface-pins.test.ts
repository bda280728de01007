// Pins: what the MCP surface answers, word for word. Nothing here may name a host, a user or a statement.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { badInputTools, makeBadInputSource } from '../support/bad-input-tools.ts';
import { callMcp, handshakeRequest, statelessRequest } from '../support/mcp-request.ts';
import type { McpRequest } from '../support/mcp-request.ts';
import { startTestServer } from '../support/test-server.ts';
import type { RequestOptions, TestServer } from '../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ tools: badInputTools, tenants: ['acme', 'other'] });
  makeBadInputSource(server.folder);
});
afterAll(() => server.stop());

const call = (name: string, args: unknown): McpRequest => ({ method: 'tools/call', params: { name, arguments: args } });
const anyId = expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown;

describe('tools/list', () => {
  const add = {
    name: 'add',
    title: 'Add up',
    description: 'Adds two numbers.',
    inputSchema: {
      type: 'object',
      properties: {
        left: { type: 'integer', description: 'First' },
        right: { type: 'integer', description: 'Second', default: 1 },
      },
      required: ['left'],
      additionalProperties: false,
    },
    outputSchema: {
      type: 'object',
      properties: {
        rows: {
          type: 'array',
          description: expect.stringContaining('One object per row'),
          items: { type: 'object' },
          'x-toolcrib-large-numbers': 'string',
          'x-toolcrib-binary': 'base64',
        },
        affected_rows: { type: 'integer', description: expect.any(String) },
        truncated: expect.objectContaining({ required: ['by', 'limit'] }),
      },
      required: ['rows'],
    },
    annotations: { readOnlyHint: true, destructiveHint: false },
  };

  test('of 2025-11-25', async () => {
    const answer = await server.request('POST', '/mcp/sums', handshakeRequest({ method: 'tools/list' }));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.body).toEqual({ jsonrpc: '2.0', id: 1, result: { tools: [add] } });
  });

  test('of 2026-07-28', async () => {
    const answer = await server.request('POST', '/mcp/sums', statelessRequest({ method: 'tools/list' }));
    expect(answer.body).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        resultType: 'complete',
        tools: [add],
        ttlMs: 30_000,
        cacheScope: 'private',
        _meta: {
          'io.modelcontextprotocol/serverInfo': { name: 'toolcrib', title: 'Toolcrib', version: expect.any(String) },
        },
      },
    });
  });
});

describe('tools/call', () => {
  test('of 2025-11-25', async () => {
    const answer = await callMcp(server, call('add', { left: 1, right: 2 }));
    expect(answer.body).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        content: [{ type: 'text', text: '{"sum":3}' }],
        structuredContent: { rows: [{ sum: 3 }] },
        _meta: { 'toolcrib/call_id': anyId },
      },
    });
  });

  test('of 2025-03-26 has no structured content', async () => {
    const answer = await callMcp(server, call('add', { left: 1 }), { headers: {} });
    expect(answer.body.result).not.toHaveProperty('structuredContent');
  });

  test('of a toolbox client has no structured content', async () => {
    const request = statelessRequest(call('add', { left: 1 }));
    const body = JSON.stringify(request.body).replace(
      '"io.modelcontextprotocol/clientCapabilities":{}',
      '"io.modelcontextprotocol/clientCapabilities":{"extensions":{"com.google.cloud/toolbox.v1":{}}}',
    );
    const { headers } = request;
    const answer = await server.request('POST', '/mcp', { raw: body, ...(headers === undefined ? {} : { headers }) });
    expect(answer.body.result).toMatchObject({ resultType: 'complete', content: [{ text: '{"sum":2}' }] });
    expect(answer.body.result).not.toHaveProperty('structuredContent');
  });

  test('that was cut says so', async () => {
    const answer = await callMcp(server, call('many', {}));
    expect(answer.body.result).toMatchObject({
      content: [{ text: '{"n":1}' }, { text: '{"n":2}' }, { text: expect.stringContaining('Cut: only the first 2') }],
      structuredContent: {
        rows: [{ n: 1 }, { n: 2 }],
        truncated: { by: 'rows', limit: 2, cursor: expect.any(String) },
      },
      _meta: { 'toolcrib/truncated': { by: 'rows', limit: 2, cursor: expect.any(String) } },
    });
  });
});

describe('what the model can mend is a result with isError:', () => {
  test.each([
    ['a wrong type', 'add', { left: '3' }, 'arguments_invalid', /left: expected an integer/],
    ['a missing argument', 'add', {}, 'arguments_invalid', /left: /],
    ['an unknown argument', 'add', { left: 1, rigth: 2 }, 'arguments_invalid', /right/],
    ['a source that is down', 'look', {}, 'source_unavailable', /The source "gone"/],
    ['a statement that fails', 'wrong', {}, 'statement_failed', /refused the statement/],
    ['a write by a read-only tool', 'write', {}, 'write_refused', /read-only/],
  ])('%s', async (_case, tool, args, code, text) => {
    const answer = await callMcp(server, call(tool, args));
    expect(answer.status).toBe(200);
    expect(answer.body.result).toEqual({
      content: [{ type: 'text', text: expect.stringMatching(text) }],
      isError: true,
      _meta: { 'toolcrib/call_id': anyId, 'toolcrib/error': expect.objectContaining({ code }) },
    });
    expect(answer.text).not.toMatch(/marker|127\.0\.0\.1|node_modules|\.ts:\d/);
  });
});

interface Pin {
  readonly name: string;
  readonly path?: string;
  readonly request: RequestOptions;
  readonly status: number;
  readonly code: number;
  /** Of the error catalogue, where it is one of its errors. */
  readonly catalogue?: string;
  readonly id?: null;
}

const ping = handshakeRequest({ method: 'ping' });
const discover = statelessRequest({ method: 'server/discover' });
const ours = -32_000;

const pins: readonly Pin[] = [
  {
    name: 'an unknown tool',
    request: handshakeRequest(call('ad', {})),
    status: 200,
    code: -32_602,
    catalogue: 'tool_not_found',
  },
  {
    name: 'an unknown toolset',
    path: '/mcp/none',
    request: ping,
    status: 404,
    code: -32_602,
    catalogue: 'toolset_not_found',
  },
  {
    name: 'a call without a name',
    request: handshakeRequest({ method: 'tools/call', params: {} }),
    status: 200,
    code: -32_602,
  },
  { name: 'arguments that are no object', request: handshakeRequest(call('add', [1])), status: 200, code: -32_602 },
  {
    name: 'an unknown method',
    request: handshakeRequest({ method: 'completion/complete' }),
    status: 200,
    code: -32_601,
  },
  {
    name: 'an unknown method of 2026-07-28',
    request: statelessRequest({ method: 'ping' }),
    status: 404,
    code: -32_601,
  },
  {
    name: 'a foreign cursor',
    request: handshakeRequest({ method: 'tools/list', params: { cursor: 'x' } }),
    status: 200,
    code: -32_602,
  },
  { name: 'no JSON', request: { raw: '{"jsonrpc"' }, status: 400, code: -32_700, catalogue: 'body_invalid', id: null },
  { name: 'no JSON-RPC', request: { body: { id: 1, method: 'ping' } }, status: 400, code: -32_600 },
  { name: 'an empty body', request: { raw: '' }, status: 400, code: -32_600, id: null },
  {
    name: 'a form',
    request: { raw: 'a=b', headers: { 'content-type': 'text/plain' } },
    status: 415,
    code: ours,
    catalogue: 'media_type_unsupported',
    id: null,
  },
  {
    name: '20 MB',
    request: { raw: new Uint8Array(20 * 1024 * 1024).fill(0x20) },
    status: 413,
    code: ours,
    catalogue: 'body_too_large',
    id: null,
  },
  { name: 'no key', request: { ...ping, key: '' }, status: 401, code: ours, catalogue: 'unauthenticated' },
  {
    name: 'a key that is none',
    request: { ...discover, key: 'tc_1_2' },
    status: 401,
    code: ours,
    catalogue: 'unauthenticated',
  },
  {
    name: 'a call without a key',
    request: { ...handshakeRequest(call('add', {})), key: '' },
    status: 401,
    code: ours,
    catalogue: 'unauthenticated',
  },
  {
    name: 'a revision that is not known',
    request: { ...ping, headers: { 'mcp-protocol-version': '2099-01-01' } },
    status: 400,
    code: -32_022,
  },
  {
    name: 'a name in the header that is not the one in the body',
    request: {
      ...statelessRequest(call('add', { left: 1 })),
      headers: { ...discover.headers, 'mcp-method': 'tools/call', 'mcp-name': 'look' },
    },
    status: 400,
    code: -32_020,
  },
  {
    name: 'a batch in a revision without',
    request: { raw: '[]', headers: { 'mcp-protocol-version': '2025-06-18' } },
    status: 400,
    code: -32_600,
    id: null,
  },
  { name: 'an empty batch', request: { raw: '[]' }, status: 400, code: -32_600, id: null },
  {
    name: 'a batch of too many',
    request: { body: Array.from({ length: 33 }, () => ping.body) },
    status: 400,
    code: -32_600,
    id: null,
  },
];

describe('what is wrong with the request is a JSON-RPC error:', () => {
  test.each(pins)('$status $code for $name', async ({ path = '/mcp', request, status, code, catalogue, id = 1 }) => {
    const answer = await server.request('POST', path, request);
    expect([answer.status, answer.body?.error?.code, answer.body?.error?.data?.code]).toEqual([
      status,
      code,
      catalogue,
    ]);
    expect(answer.body).toMatchObject({ jsonrpc: '2.0', id, error: { message: expect.any(String) } });
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer realm="toolcrib"' : null);
    expect(answer.text).not.toMatch(/marker|127\.0\.0\.1|node_modules|\.ts:\d/);
  });
});

describe('a batch of 2025-03-26', () => {
  test('is answered message by message, notifications not at all', async () => {
    const answer = await server.request('POST', '/mcp', {
      body: [
        { jsonrpc: '2.0', id: 'a', method: 'ping' },
        { jsonrpc: '2.0', method: 'notifications/initialized' },
        { jsonrpc: '2.0', id: 'a', ...call('add', { left: 2 }) },
        { jsonrpc: '2.0', id: 'i', method: 'initialize', params: {} },
        { ...(discover.body as object), id: 's' },
        3,
      ],
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject([
      { id: 'a', result: {} },
      { id: 'a', result: { content: [{ text: '{"sum":3}' }] } },
      { id: 'i', error: { code: -32_600 } },
      { id: 's', error: { code: -32_020 } },
      { id: null, error: { code: -32_600 } },
    ]);
    expect(answer.body).toHaveLength(5);
  });

  test('of notifications alone is accepted', async () => {
    const answer = await server.request('POST', '/mcp', {
      body: [{ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }],
    });
    expect([answer.status, answer.text]).toEqual([202, '']);
  });
});

test('a notification is accepted, with a key only', async () => {
  const body = { jsonrpc: '2.0', method: 'notifications/initialized' };
  expect((await server.request('POST', '/mcp', { body })).status).toBe(202);
  expect((await server.request('POST', '/mcp', { body, key: '' })).status).toBe(401);
});

test.each(['GET', 'DELETE'])('%s is not taken: there is no session to listen to or to end', async (method) => {
  const answer = await server.request(method, '/mcp');
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
});
