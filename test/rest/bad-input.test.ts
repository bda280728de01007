// Pins: what the REST surface answers to bad input, word for word. Nothing here may name a host, a user or a statement.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badInputTools, makeBadInputSource } from '../support/bad-input-tools.ts';
import { startTestServer } from '../support/test-server.ts';
import type { RequestOptions, TestServer } from '../support/test-server.ts';

let toolcrib: TestServer;
beforeAll(async () => {
  toolcrib = await startTestServer({ tools: badInputTools, tenants: ['acme', 'other'] });
  makeBadInputSource(toolcrib.folder);
});
afterAll(() => toolcrib.stop());

const twentyMegabytes = new Uint8Array(20 * 1024 * 1024).fill(0x20);

interface Pin {
  readonly name: string;
  readonly tool?: string;
  readonly request: RequestOptions;
  readonly status: number;
  readonly code: string;
  readonly faults?: readonly unknown[];
  readonly retryable?: true;
}

const args = (value: unknown): RequestOptions => ({ body: { arguments: value } });

const pins: readonly Pin[] = [
  {
    name: 'a wrong type',
    request: args({ left: '3', right: 4 }),
    status: 400,
    code: 'arguments_invalid',
    faults: [{ path: 'left', message: expect.stringMatching(/integer.*"3"/) }],
  },
  {
    name: 'a missing argument',
    request: args({ right: 3 }),
    status: 400,
    code: 'arguments_invalid',
    faults: [{ path: 'left' }],
  },
  {
    name: 'an unknown argument',
    request: args({ left: 3, right: 4, rigth: 4 }),
    status: 400,
    code: 'arguments_invalid',
    faults: [{ path: 'rigth', hint: expect.stringContaining('right') }],
  },
  {
    name: 'everything wrong at once',
    request: args({ right: true, other: 1 }),
    status: 400,
    code: 'arguments_invalid',
    faults: [{ path: 'left' }, { path: 'right' }, { path: 'other' }],
  },
  { name: 'arguments that are no object', request: args([1, 2]), status: 400, code: 'arguments_invalid' },
  { name: 'an unknown tool', tool: 'ad', request: args({}), status: 404, code: 'tool_not_found' },
  { name: 'bad JSON', request: { raw: '{"arguments": {' }, status: 400, code: 'body_invalid' },
  {
    name: 'bytes that are not UTF-8',
    request: { raw: new Uint8Array([0x22, 0xff, 0x22]) },
    status: 400,
    code: 'body_invalid',
  },
  { name: 'deep JSON', request: { raw: '['.repeat(50_000) }, status: 400, code: 'body_invalid' },
  { name: 'an unknown field of the body', request: { body: { args: {} } }, status: 400, code: 'body_invalid' },
  {
    name: 'a form',
    request: { raw: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    status: 415,
    code: 'media_type_unsupported',
  },
  { name: 'a body of 20 MB', request: { raw: twentyMegabytes }, status: 413, code: 'body_too_large' },
  {
    name: 'a database that is down',
    tool: 'look',
    request: args({}),
    status: 503,
    code: 'source_unavailable',
    retryable: true,
  },
  { name: 'a statement that fails', tool: 'wrong', request: args({}), status: 422, code: 'statement_failed' },
  { name: 'a write by a read-only tool', tool: 'write', request: args({}), status: 422, code: 'write_refused' },
  { name: 'no key', request: { ...args({}), key: '' }, status: 401, code: 'unauthenticated' },
  { name: 'a key that is none', request: { ...args({}), key: 'tc_1_2' }, status: 401, code: 'unauthenticated' },
  {
    name: 'an Authorization of another kind',
    request: { ...args({}), headers: { authorization: 'Basic bWFya2VyOm1hcmtlcg==' } },
    status: 401,
    code: 'unauthenticated',
  },
  {
    name: 'a foreign Host (A32)',
    request: { ...args({}), headers: { origin: 'https://evil.example' } },
    status: 403,
    code: 'origin_refused',
  },
];

describe('POST /v1/tools/{name}/call answers', () => {
  it.each(pins)(
    '$status $code to $name',
    async ({ tool = 'add', request, status, code, faults, retryable = false }) => {
      const answer = await toolcrib.request('POST', `/v1/tools/${tool}/call`, request);
      expect([answer.status, answer.body?.error?.code]).toEqual([status, code]);
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(Object.keys(answer.body).toSorted()).toEqual(['error', 'request_id']);
      expect(answer.body.error).toMatchObject({ retryable, hint: expect.any(String) });
      if (faults !== undefined) {
        expect(answer.body.error.faults).toHaveLength(faults.length);
        expect(answer.body.error.faults).toEqual(
          expect.arrayContaining(faults.map((fault) => expect.objectContaining(fault as object))),
        );
      }
      expect(answer.text).not.toMatch(/marker|127\.0\.0\.1|node_modules|\.ts:\d/);
    },
  );

  it('404 for a path that is none, 405 with the methods that are', async () => {
    expect((await toolcrib.request('GET', '/v2/tools')).body.error.code).toBe('not_found');
    const wrong = await toolcrib.request('DELETE', '/v1/tools');
    expect([wrong.status, wrong.headers.get('allow'), wrong.body.error.hint]).toEqual([405, 'GET', 'Use one of: GET.']);
  });

  it('404 with the key of another tenant for what belongs to one tenant only', async () => {
    const mine = await startTestServer({
      tenants: ['acme', 'other'],
      tools: badInputTools,
      config: {},
      tools_of: 'acme',
    });
    try {
      const path = '/v1/tools/add/call';
      const [own, foreign, unknown] = await Promise.all([
        mine.request('POST', path, { ...args({ left: 1, right: 2 }), key: mine.keys['acme'] ?? '' }),
        mine.request('POST', path, { ...args({ left: 1, right: 2 }), key: mine.keys['other'] ?? '' }),
        mine.request('POST', '/v1/tools/zzz/call', { ...args({}), key: mine.keys['other'] ?? '' }),
      ]);
      expect([own.status, foreign.status]).toEqual([own.status, 404]);
      expect(own.status).not.toBe(404);
      // The same words as for a tool that does not exist at all.
      expect(foreign.body.error.hint).toBe(unknown.body.error.hint);
      expect((await mine.request('GET', '/v1/tools', { key: mine.keys['other'] ?? '' })).body.tools).toEqual([]);
    } finally {
      await mine.stop();
    }
  });

  it('logs the cause that it does not tell, without the password', () => {
    const lines = toolcrib.log_lines.join('');
    expect(lines).toContain('source_unavailable');
    expect(lines).not.toContain('marker_password');
  });
});
