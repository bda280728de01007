// Pins: what the toolbox's native API answers, word for word. Nothing here may name a host, a user or a statement.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { badInputTools, makeBadInputSource } from '../support/bad-input-tools.ts';
import { startTestServer } from '../support/test-server.ts';
import type { RequestOptions, TestServer } from '../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ tools: badInputTools, tenants: ['acme', 'other'] });
  makeBadInputSource(server.folder);
});
afterAll(() => server.stop());

const add = {
  description: 'Adds two numbers.',
  parameters: [
    { name: 'left', type: 'integer', required: true, description: 'First', authServices: [], authSources: [] },
    {
      name: 'right',
      type: 'integer',
      required: false,
      description: 'Second',
      authServices: [],
      authSources: [],
      default: 1,
    },
  ],
  authRequired: [],
};

describe('the manifest', () => {
  test.each(['/api/tool/add', '/api/toolset/sums'])('of %s', async (path) => {
    const answer = await server.request('GET', path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.body).toEqual({ serverVersion: expect.any(String), tools: { add } });
  });

  test.each(['/api/toolset', '/api/toolset/'])('of everything at %s', async (path) => {
    const answer = await server.request('GET', path);
    expect(Object.keys(answer.body.tools)).toEqual(['add', 'look', 'many', 'write', 'wrong']);
  });
});

describe('a result', () => {
  test('is JSON text inside JSON', async () => {
    const answer = await server.request('POST', '/api/tool/add/invoke', { body: { left: 1, right: 2 } });
    expect([answer.status, answer.text]).toEqual([200, '{"result":"[{\\"sum\\":3}]"}']);
  });

  test('that was cut says so beside the rows', async () => {
    const answer = await server.request('POST', '/api/tool/many/invoke', { body: {} });
    expect(answer.body).toEqual({
      result: '[{"n":1},{"n":2}]',
      truncated: { by: 'rows', limit: 2, cursor: expect.any(String) },
    });
  });
});

interface Pin {
  readonly name: string;
  readonly tool?: string;
  readonly request: RequestOptions;
  readonly status: number;
  readonly phrase: string;
  readonly code: string;
  readonly text?: RegExp;
}

// oxfmt-ignore
const pins: readonly Pin[] = [
  { name: 'a wrong type', request: { body: { left: '3' } }, status: 400, phrase: 'Bad Request', code: 'arguments_invalid', text: /left: expected an integer/ },
  { name: 'a missing argument', request: { body: {} }, status: 400, phrase: 'Bad Request', code: 'arguments_invalid', text: /left: / },
  { name: 'an unknown argument', request: { body: { left: 1, rigth: 1 } }, status: 400, phrase: 'Bad Request', code: 'arguments_invalid', text: /right/ },
  { name: 'an unknown tool', tool: 'ad', request: { body: {} }, status: 404, phrase: 'Not Found', code: 'tool_not_found', text: /"add"/ },
  { name: 'no JSON', request: { raw: '{"left": ' }, status: 400, phrase: 'Bad Request', code: 'body_invalid' },
  { name: 'an empty body', request: { raw: '' }, status: 400, phrase: 'Bad Request', code: 'body_invalid' },
  { name: 'a list', request: { body: [1] }, status: 400, phrase: 'Bad Request', code: 'body_invalid' },
  { name: 'a form', request: { raw: 'a=b', headers: { 'content-type': 'text/plain' } }, status: 415, phrase: 'Unsupported Media Type', code: 'media_type_unsupported' },
  { name: '20 MB', request: { raw: new Uint8Array(20 * 1024 * 1024).fill(0x20) }, status: 413, phrase: 'Payload Too Large', code: 'body_too_large' },
  { name: 'no key', request: { body: {}, key: '' }, status: 401, phrase: 'Unauthorized', code: 'unauthenticated' },
  { name: 'a key that is none', request: { body: {}, key: 'tc_1_2' }, status: 401, phrase: 'Unauthorized', code: 'unauthenticated' },
  { name: 'a source that is down', tool: 'look', request: { body: {} }, status: 503, phrase: 'Service Unavailable', code: 'source_unavailable' },
  { name: 'a statement that fails', tool: 'wrong', request: { body: {} }, status: 422, phrase: 'Unprocessable Entity', code: 'statement_failed' },
  { name: 'a write by a read-only tool', tool: 'write', request: { body: {} }, status: 422, phrase: 'Unprocessable Entity', code: 'write_refused' },
];

describe('an error', () => {
  test.each(pins)('$status $code for $name', async ({ tool = 'add', request, status, phrase, code, text = /./ }) => {
    const answer = await server.request('POST', `/api/tool/${tool}/invoke`, request);
    expect([answer.status, answer.body?.code]).toEqual([status, code]);
    expect(answer.body).toMatchObject({
      status: phrase,
      error: expect.stringMatching(text),
      hint: expect.any(String),
      retryable: status === 503,
      request_id: answer.headers.get('x-request-id'),
    });
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer realm="toolcrib"' : null);
    expect(answer.text).not.toMatch(/marker|127\.0\.0\.1|node_modules|\.ts:\d/);
  });

  test('404 toolset_not_found for an unknown toolset', async () => {
    const answer = await server.request('GET', '/api/toolset/sum');
    expect(answer.body).toMatchObject({
      status: 'Not Found',
      error: 'There is no toolset "sum" for this caller.\nDid you mean "sums"?',
      code: 'toolset_not_found',
    });
  });
});
