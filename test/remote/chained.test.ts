// The contract of remote tools both ways: two servers of ours, of which the first calls the tools of the second, a database among
// them; and the second alone, as another platform's adapter sees it.
import { DatabaseSync } from 'node:sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-chained-'));
let near: TestServer;
let far: TestServer;

const far_tools = (database: string): string => `
sources:
  stock: {kind: sqlite, database: '${database}'}
  web: {kind: http, baseUrl: 'https://api.example.com', credential: {system: example}}
tools:
  stock.find:
    kind: sqlite-sql
    source: stock
    description: Finds articles
    statement: SELECT name, amount FROM article WHERE amount >= $at_least ORDER BY name
    parameters: [{name: at_least, type: integer, description: The least amount}]
  stock.broken: {kind: sqlite-sql, source: stock, description: d, statement: SELECT * FROM nowhere_table}
  account.show: {kind: http, source: web, method: GET, path: /me, description: d}
  careful.write: {kind: sqlite-sql, source: stock, description: d, statement: DELETE FROM article, readOnly: false, danger: critical}
`;

const near_tools = (url: string, key: string): string => `
sources:
  far: {kind: remote, base_url: '${url}/', token: ${key}}
  wrong_key: {kind: remote, base_url: '${url}', token: tc_wrong}
tools:
  far_find:
    kind: remote
    source: far
    tool_type: stock
    action: find
    description: d
    readOnly: true
    parameters: [{name: at_least, type: integer, description: d}]
  far_find_anything:
    kind: remote
    source: far
    tool_type: stock
    action: find
    description: d
    parameters: [{name: at_least, type: string, description: d}]
  far_broken: {kind: remote, source: far, tool_type: stock, action: broken, description: d}
  far_unknown: {kind: remote, source: far, tool_type: stock, action: unknown, description: d}
  far_account: {kind: remote, source: far, tool_type: account, action: show, description: d}
  far_write: {kind: remote, source: far, tool_type: careful, action: write, description: d}
  far_refused: {kind: remote, source: wrong_key, tool_type: stock, action: find, description: d}
`;

beforeAll(async () => {
  const path = join(folder, 'stock.db');
  const database = new DatabaseSync(path);
  database.exec(`CREATE TABLE article (name TEXT, amount INTEGER);
    INSERT INTO article VALUES ('bolt', 10), ('nut', 9007199254740993)`);
  database.close();
  far = await startTestServer({ tools: far_tools(path) });
  near = await startTestServer({
    tools: near_tools(far.url, far.key),
    config: { allowed_private: ['127.0.0.1'] },
  });
});
afterAll(async () => {
  await near.stop();
  await far.stop();
  rmSync(folder, { recursive: true, force: true });
});

const callNear = (tool: string, args: object = {}) =>
  near.request('POST', `/v1/tools/${tool}/call`, { body: { arguments: args } });
const callFar = (tool: string, body: unknown, options: object = {}) =>
  far.request('POST', `/v1/tools/${tool}`, { body, ...options });
const context = { tenant_id: 't', workspace_id: 'w', execution_id: 'from-elsewhere-1' };
const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;

describe('two servers', () => {
  test('a database behind the second answers the callers of the first', async () => {
    verifies('REM-03');
    verifies('REM-01');
    const { status, body } = await callNear('far_find', { at_least: 10 });
    expect(status).toBe(200);
    expect(body.result).toEqual({
      kind: 'value',
      value: {
        rows: [
          { name: 'bolt', amount: 10 },
          { name: 'nut', amount: '9007199254740993' },
        ],
      },
    });
  });

  test.each([
    ['far_find_anything', { at_least: 'many' }, 'arguments_invalid', /at_least|not valid/],
    ['far_broken', {}, 'statement_failed', /refused the statement/],
    ['far_unknown', {}, 'tool_not_found', /no tool/i],
    ['far_account', {}, 'connect_required', /connect/],
    ['far_write', {}, 'approval_required', /said yes/],
    ['far_refused', {}, 'unauthenticated', /key/i],
  ])('%s: an error of the second passes through the first as its own words', async (tool, args, code, words) => {
    verifies('REM-03');
    const { status, body } = await callNear(tool, args);
    expect(status).toBe(422);
    expect(body.error).toMatchObject({ code: 'remote_failed', service_error: { code } });
    expect(body.error.message).toContain(`"${code}"`);
    expect(body.error.service_error.message).toMatch(words);
    expect(JSON.stringify(body)).not.toContain(far.key);
  });

  test('a link for a person passes through in the details', async () => {
    const { body } = await callNear('far_account');
    expect(body.error.service_error.details.interaction).toMatchObject({ kind: 'connect', url: expect.any(String) });
  });

  test("the second's log knows the id of the first's call, and both audits their own", async () => {
    const { body } = await callNear('far_find', { at_least: 1 });
    const { call_id } = body;
    const line = far.log_lines.map((text) => JSON.parse(text)).find(({ execution_id }) => execution_id === call_id);
    expect(line).toMatchObject({ event: 'remote-call', call_id: expect.any(String) });
    const [near_record, far_record] = await Promise.all([callOf(near, call_id), callOf(far, line.call_id)]);
    expect(near_record).toMatchObject({ tool: 'far_find', surface: 'rest', outcome: 'ok' });
    expect(far_record).toMatchObject({ tool: 'stock.find', surface: 'remote', outcome: 'ok' });
  });
});

async function callOf(server: TestServer, id: string): Promise<unknown> {
  const { body } = await server.request('GET', '/v1/audit/calls');
  return body.calls.find((one: { id: string }) => one.id === id);
}

describe('an adapter of another platform', () => {
  test('gets the result in the envelope, and its context decides nothing', async () => {
    verifies('REM-03');
    const { status, body, headers } = await callFar('stock.find', { at_least: 100, context });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      result: { rows: [{ name: 'nut', amount: expect.anything() }] },
      timestamp,
    });
    expect(headers.get('content-type')).toContain('application/json');
    expect(headers.get('x-call-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ['no context', { at_least: 100 }],
    ['context of null', { at_least: 100, context: null }],
    ['a context with more in it', { at_least: 100, context: { ...context, system_config: { api_token: 'x' } } }],
  ])('may send %s', async (_case, body) => {
    expect((await callFar('stock.find', body)).body.success).toBe(true);
  });

  test.each([
    ['an unknown tool', 'no.such', { context }, 404, 'tool_not_found'],
    ['a name of an object', '__proto__', { context }, 404, 'tool_not_found'],
    ['missing parameters', 'stock.find', { context }, 400, 'arguments_invalid'],
    ['a parameter that there is not', 'stock.find', { at_least: 1, x: 1, context }, 400, 'arguments_invalid'],
    ['a list as the body', 'stock.find', [1], 400, 'body_invalid'],
    ['a text as the context', 'stock.find', { at_least: 1, context: 'x' }, 400, 'body_invalid'],
    ['an account that is missing', 'account.show', { context }, 409, 'connect_required'],
    ['a call that needs a yes', 'careful.write', { context }, 409, 'approval_required'],
  ])('%s ends in the envelope of an error', async (_case, tool, sent, status, code) => {
    verifies('REM-03');
    const answer = await callFar(tool, sent);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      success: false,
      error: { code, message: expect.any(String), details: expect.objectContaining({ retryable: false }) },
      timestamp,
    });
  });

  test('without a key, with a wrong one or with the cookie of a person is nobody', async () => {
    for (const headers of [{}, { authorization: 'Bearer tc_x' }, { cookie: 'toolcrib_session=ts_x' }]) {
      const answer = await callFar('stock.find', { at_least: 1 }, { key: '', headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      expect(answer.body).toMatchObject({ success: false, error: { code: 'unauthenticated' } });
    }
  });

  test('that sends no JSON is told so in the envelope', async () => {
    const bad = await far.request('POST', '/v1/tools/stock.find', { raw: '{"a":' });
    expect(bad.body).toMatchObject({ success: false, error: { code: 'body_invalid' } });
    const form = await far.request('POST', '/v1/tools/stock.find', {
      raw: 'a=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(form.body).toMatchObject({ success: false, error: { code: 'media_type_unsupported' } });
  });

  test('the other operations on tools are where they were', async () => {
    const shown = await far.request('GET', '/v1/tools/stock.find');
    expect(shown.body).toMatchObject({ name: 'stock.find' });
    const called = await far.request('POST', '/v1/tools/stock.find/call', { body: { arguments: { at_least: 1 } } });
    expect(called.body.result.kind).toBe('rows');
  });
});
