// Pins: what the REST surface answers to bad input, word for word. Nothing here may name a host, a user or a statement.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badInputTools, makeBadInputSource } from '../support/bad-input-tools.ts';
import { startTestServer } from '../support/test-server.ts';
import type { RequestOptions, TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

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
  {
    name: 'a repeated key, with its path',
    request: { raw: '{"arguments": {"left": 1, "right": 2, "left": 3}}' },
    status: 400,
    code: 'body_invalid',
    faults: [{ path: 'arguments.left', message: 'the key is given twice' }],
  },
  {
    name: 'a number beyond every double',
    request: { raw: '{"arguments": {"left": 1e999}}' },
    status: 400,
    code: 'body_invalid',
    faults: [{ path: 'arguments.left', message: 'the number is too large' }],
  },
  {
    name: 'half of a surrogate pair',
    request: { raw: String.raw`{"arguments": {"\ud800": "\udfff"}}` },
    status: 400,
    code: 'body_invalid',
    faults: [{ path: 'arguments' }, { path: 'arguments.?' }],
  },
  { name: 'something behind the JSON', request: { raw: '{"arguments": {}} x' }, status: 400, code: 'body_invalid' },
  { name: 'a byte order mark', request: { raw: '\ufeff{"arguments": {}}' }, status: 400, code: 'body_invalid' },
  { name: 'NaN', request: { raw: '{"arguments": {"left": NaN}}' }, status: 400, code: 'body_invalid' },
  { name: 'a comment', request: { raw: '{"arguments": {}} // all' }, status: 400, code: 'body_invalid' },
  {
    name: 'an integer beyond 64 bits',
    request: { raw: '{"arguments": {"left": 9223372036854775808}}' },
    status: 400,
    code: 'arguments_invalid',
    faults: [{ path: 'left', message: 'the integer is too large for 64 bits' }],
  },
  {
    name: 'a large integer that may not be exact',
    request: { raw: '{"arguments": {"left": 9007199254740993.0}}' },
    status: 400,
    code: 'arguments_invalid',
    faults: [{ path: 'left', message: 'the integer is too large to arrive exactly' }],
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

const boundedTools = `
sources:
  here: {kind: sqlite, database: marker-file.sqlite}
tools:
  book:
    kind: sqlite-sql
    source: here
    description: Books seats.
    statement: SELECT $airline AS airline, $seats AS seats, $meals AS meals, $user AS user, $again AS again
    parameters:
      - {name: airline, type: string, description: Airline, allowedValues: [CY, {pattern: "L[A-Z]"}]}
      - {name: seats, type: integer, description: Seats, minValue: 1, maxValue: 9}
      - {name: meals, type: array, description: Meals, required: false, items: {type: string, maxLength: 5}}
      - {name: user, type: string, description: Who books, valueFrom: $user.email}
      - {name: again, type: string, description: A copy, valueFromParam: airline}
`;

/** The answers of the three surfaces to one call. */
async function callEverywhere(server: TestServer, given: string): Promise<readonly string[]> {
  const rpc = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"book","arguments":${given}}}`;
  const accept = { accept: 'application/json, text/event-stream' };
  const answers = await Promise.all([
    server.request('POST', '/v1/tools/book/call', { raw: `{"arguments":${given}}` }),
    server.request('POST', '/api/tool/book/invoke', { raw: given }),
    server.request('POST', '/mcp', { raw: rpc, headers: accept }),
  ]);
  return answers.map(({ status, text }) => `${status} ${text}`);
}

describe('a tool with bounds, on all surfaces,', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ tools: boundedTools, tenants: ['acme'] });
    makeBadInputSource(server.folder);
  });
  afterAll(() => server.stop());

  it('tells every wrong argument at once, with what is allowed', async () => {
    verifies('DBT-06');
    const given = '{"airline": "(SELECT 1) CY", "seats": 10, "meals": ["fish", "potato"], "user": "x", "sets": 1}';
    const [rest = '', toolbox = '', mcp = ''] = await callEverywhere(server, given);
    for (const text of [rest, toolbox, mcp]) {
      for (const part of [
        'airline',
        'L[A-Z] as a whole',
        'seats',
        'expected at most 9, got the number 10',
        'meals[1]',
      ]) {
        expect(text).toContain(part);
      }
      expect(text).toContain('expected at most 5 characters, got 6');
      expect(text).toMatch(/user.*there is no argument of this name.*sets.*Valid: seats, airline, meals/s);
    }
    expect([rest, toolbox, mcp].map((text) => text.slice(0, 3))).toEqual(['400', '400', '200']);
    expect(mcp).toContain('"isError":true');
  });

  it("takes what is allowed, and fills in what is not the caller's to give", async () => {
    verifies('DBT-06');
    for (const text of await callEverywhere(server, '{"airline": "LH", "seats": 9.0, "meals": null}')) {
      expect(text.slice(0, 3)).toBe('200');
      const plain = text.replaceAll('\\', '');
      expect(plain).toMatch(/"airline":"LH","seats":9,"meals":null,"user":"[^"]+@[^"]+","again":"LH"/);
    }
  });

  it('refuses a body that says two things', async () => {
    verifies('DBT-06');
    for (const text of await callEverywhere(server, '{"airline": "CY", "seats": 1, "seats": 2}')) {
      expect(text.slice(0, 3)).toBe('400');
      expect(text).toMatch(/seats.*the key is given twice/);
    }
  });

  it('publishes the bounds, and nothing that is filled in', async () => {
    verifies('DBT-06');
    const { body } = await server.request('GET', '/v1/tools/book');
    expect(body.input_schema).toMatchObject({
      properties: {
        airline: { anyOf: [{ enum: ['CY'] }, { pattern: '^(?:L[A-Z])$' }] },
        seats: { minimum: 1, maximum: 9 },
        meals: { items: { maxLength: 5 } },
      },
      required: ['airline', 'seats'],
    });
    expect(Object.keys(body.input_schema.properties)).toEqual(['airline', 'seats', 'meals']);
  });
});

it('64-bit integers arrive exactly', async () => {
  verifies('DBT-06');
  const raw = '{"arguments": {"left": 9223372036854775806, "right": 1}}';
  const { body } = await toolcrib.request('POST', '/v1/tools/add/call', { raw });
  expect(body.result.rows).toEqual([{ sum: '9223372036854775807' }]);
});
