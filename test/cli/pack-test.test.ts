// toolcrib pack test: finds each thing that a live service does against the contract, and calls nothing for its effect unasked.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../server/src/cli/run.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { ReceivedRequest, Respond } from '../support/local-http.ts';
import { startTestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

const pack = mkdtempSync(join(tmpdir(), 'toolcrib-pack-'));
beforeAll(() => {
  const object = 'type: object, properties: {text: {type: string, examples: [Hello]}}, required: [text]';
  writeFileSync(
    join(pack, 'manifest.yaml'),
    `code: board
display_name: Board
version: "1.0.0"
type: system
tools:
  - {name: board.list, description: d, danger_level: low, input_schema: {type: object}, remote: {tool_type: board, action: list}}
  - {name: board.add, description: d, input_schema: {${object}}, remote: {tool_type: board, action: add}}
`,
  );
});
afterAll(() => rmSync(pack, { recursive: true }));

async function packTest(...words: readonly string[]) {
  let out = '';
  let err = '';
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  const code = await runCli(['pack', 'test', ...words], io);
  return { out, err, code };
}

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}
type Answerer = (request: ReceivedRequest) => Answered;

const envelope = (status: number, rest: object): Answered => ({
  status,
  body: JSON.stringify({ ...rest, timestamp: new Date(0).toISOString() }),
});
const refusal = (status: number, code: string) => envelope(status, { success: false, error: { code, message: 'no' } });

/** A service that does everything right. */
const right: Answerer = ({ path, headers, body }) => {
  if (headers.authorization !== 'Bearer secret-1') return refusal(401, 'unauthorized');
  if (path !== '/v1/tools/board.list' && path !== '/v1/tools/board.add') return refusal(404, 'unknown_tool');
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return refusal(400, 'body_invalid');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return refusal(400, 'body_invalid');
  if (path.endsWith('add') && !('text' in parsed)) return refusal(422, 'text_missing');
  return envelope(200, { success: true, result: {} });
};

let close: (() => Promise<void>) | undefined;
afterEach(async () => close?.());

async function service(answerer: Answerer) {
  const respond: Respond = (request, response) => {
    const { status, body, type = 'application/json' } = answerer(request);
    response.writeHead(status, { 'content-type': type }).end(body);
  };
  const started = await startLocalHttp(respond);
  ({ close } = started);
  return started;
}

describe('a service that does everything right', () => {
  test('0: says what was tried, and what was not', async () => {
    verifies('PAK-05');
    const { url, requests } = await service(right);
    const { out, code } = await packTest(pack, '--url', url, '--token', 'secret-1');
    expect(code).toBe(0);
    expect(out).toContain('ok      board.list with its parameters and a context: status 200');
    expect(out).toContain('skip    board.add with its parameters and a context: it may have an effect');
    expect(out).toMatch(/8 as the contract says, 0 not, 2 not tried\n$/);
    const added = requests.filter(({ path, body }) => path.endsWith('board.add') && body.includes('"text"'));
    expect(added).toEqual([]);
  });

  test('is called for its effect when that is said, with the arguments that are given', async () => {
    const { url, requests } = await service(right);
    const options = ['--url', url, '--token', 'secret-1', '--connection', 'C1'];
    expect((await packTest(pack, ...options, '--effects')).code).toBe(0);
    expect(JSON.parse(requests.at(-1)?.body ?? '')).toMatchObject({
      text: 'Hello',
      channel_id: 'C1',
      context: { tenant_id: 'conformance' },
    });
    expect((await packTest(pack, ...options, '--tool', 'board.add', '--args', '{"text":"Mine"}')).code).toBe(0);
    expect(JSON.parse(requests.at(-1)?.body ?? '')).toMatchObject({ text: 'Mine' });
  });
});

const fine = JSON.parse(envelope(200, { success: true, result: {} }).body) as object;
const when =
  (matches: (request: ReceivedRequest) => boolean, answer: Answered): Answerer =>
  (request) =>
    matches(request) ? answer : right(request);
const isList = ({ path, headers, body }: ReceivedRequest): boolean =>
  path.endsWith('board.list') && headers.authorization === 'Bearer secret-1' && body.startsWith('{"context":{');

describe('a service that', () => {
  test.each<[string, Answerer, RegExp]>([
    [
      'takes everybody',
      (request) => right({ ...request, headers: { authorization: 'Bearer secret-1' } }),
      /no token: .*says success|no token: .*expected one of 401/,
    ],
    [
      'answers everything with success',
      () => envelope(200, { success: true, result: 1 }),
      /unknown action: .*says success/,
    ],
    ['answers with a page', () => ({ status: 404, body: '<html>', type: 'text/html' }), /unknown action: .*not JSON/],
    [
      'fails without a message',
      () => envelope(404, { success: false, error: { code: 'x' } }),
      /its error has no message/,
    ],
    ['fails without an error', () => envelope(400, { success: false, error: null }), /gives no "error"/],
    [
      'falls over a text that is no JSON',
      when(({ body }) => body === '{"context":', refusal(500, 'internal')),
      /half a JSON text: status 500/,
    ],
    [
      'takes a list for an object',
      when(({ body }) => body === '[]', envelope(200, { success: true })),
      /a list instead of an object: .*success/,
    ],
    [
      'asks for nothing',
      when(({ path, body }) => path.endsWith('add') && !body.includes('"text"'), envelope(200, { success: true })),
      /board.add without its parameters: .*success/,
    ],
    [
      'cannot bear a context',
      when(isList, refusal(400, 'unknown_parameter')),
      /board.list with its parameters and a context: status 400: unknown_parameter/,
    ],
    [
      'tells no time',
      when(isList, { status: 200, body: JSON.stringify({ ...fine, timestamp: 'now' }) }),
      /timestamp is no instant/,
    ],
    [
      'sends JSON as a text',
      when(isList, { status: 200, body: JSON.stringify(fine), type: 'text/plain' }),
      /content-type/,
    ],
    ['writes to the terminal', when(isList, refusal(400, 'x\u001b[2J')), /error.*has not the code/],
  ])('%s: 1', async (_name, answerer, line) => {
    verifies('PAK-05');
    const { url } = await service(answerer);
    const { out, code } = await packTest(pack, '--url', url, '--token', 'secret-1');
    expect(code).toBe(1);
    const failed = out.split('\n').filter((one) => one.startsWith('FAILED'));
    expect(failed.join('\n')).toMatch(line);
    expect(out).not.toContain('\u001b');
  });

  test('answers too late: 1', async () => {
    const started = await startLocalHttp(() => undefined);
    ({ close } = started);
    const { out, code } = await packTest(pack, '--url', started.url, '--timeout-ms', '50');
    expect(code).toBe(1);
    expect(out).toContain(
      'FAILED  unknown action: The remote service cannot be used right now: it did not answer in time.',
    );
  });

  test('is not there: 1', async () => {
    const { url, close: end } = await startLocalHttp(() => undefined);
    await end();
    expect((await packTest(pack, '--url', url)).out).toContain('no connection could be made');
  });
});

test('a server like this one serves the contract', async () => {
  verifies('REM-03');
  const parameter = '[{name: text, type: string, description: d}]';
  const server = await startTestServer({
    tools: `sources:
  db: {kind: sqlite, database: none.db}
  web: {kind: http, baseUrl: 'http://127.0.0.1:9'}
tools:
  board.add: {kind: http, source: web, method: GET, path: /x, description: d, queryParams: ${parameter}}`,
  });
  try {
    const { out } = await packTest(pack, '--url', server.url, '--token', server.key);
    expect(out).toMatch(/ok {6}unknown action: status 404, code tool_not_found/);
    expect(out).toMatch(/ok {6}no token: status 401, code unauthenticated/);
    expect(out).toMatch(/ok {6}wrong token: status 401/);
    expect(out).toMatch(/ok {6}half a JSON text: status 400, code body_invalid/);
    expect(out).toMatch(/ok {6}board.add without its parameters: status 400, code arguments_invalid/);
  } finally {
    await server.stop();
  }
});

describe('2: words that are wrong', () => {
  test.each([
    [[], /Name the folder/],
    [['x'], /Give --url/],
    [['x', '--url', 'ftp://x'], /no http/],
    [['x', '--url', 'http://x', '--timeout-ms', 'soon'], /milliseconds/],
    [[pack, '--url', 'http://x', '--tool', 'board.none'], /no remote tool "board.none"/],
    [[pack, '--url', 'http://x', '--args', '{}'], /--args goes with --tool/],
    [[pack, '--url', 'http://x', '--tool', 'board.add', '--args', '[]'], /no JSON object/],
  ])('%j', async (words, message) => {
    const { err, code } = await packTest(...words);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});
