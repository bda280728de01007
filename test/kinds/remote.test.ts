// The kinds `remote`: the request by the contract, byte for byte, whose token it carries, what a file may not say, and when a
// failing service is left alone.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../server/src/base/clock.ts';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import { limits } from '../../server/src/base/limits.ts';
import type { RunContext, Tool } from '../../server/src/catalog/tool.ts';
import { Breakers } from '../../server/src/kinds/remote/breakers.ts';
import { remoteSource } from '../../server/src/kinds/remote/remote-source.ts';
import { remoteTool } from '../../server/src/kinds/remote/remote-tool.ts';
import { loadTexts } from '../support/load-texts.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp, Respond } from '../support/local-http.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';

let service: LocalHttp;
let respond: Respond;
const http = createHttpClient({ allowed_private: ['127.0.0.1'] });
const fine: Respond = (_request, response) => void response.end('{"success":true,"result":{"sent":1},"timestamp":"x"}');

beforeAll(async () => {
  service = await startLocalHttp((...args) => respond(...args));
});
afterAll(async () => {
  await http.close();
  await service.close();
});
beforeEach(() => {
  respond = fine;
});

const kinds = { sources: [remoteSource], tools: [remoteTool], auth_services: [], resources: [] };

function load(source = '', tool = '', parameters = '[{name: to, type: string, description: d}]') {
  const yaml = `sources:
  line: {kind: remote, base_url: '${service.url}/api//'${source}}
tools:
  send: {kind: remote, source: line, tool_type: line, action: send_message, description: d, parameters: ${parameters}${tool}}`;
  return loadTexts({ files: { 't.yaml': yaml }, kinds, http });
}

async function one(source = '', tool = '', parameters?: string): Promise<Tool> {
  const { catalogue, faults } = await load(source, tool, parameters);
  expect(faults).toEqual([]);
  const [loaded] = catalogue.tools;
  if (loaded === undefined) throw new Error('No tool was loaded');
  return loaded;
}

const run = (tool: Tool, args: object = { to: 'u1' }, ctx: Partial<RunContext> = {}) =>
  tool.run(
    tool.validate(args, () => null),
    runContext({ http, call_id: 'call-7', ...ctx }),
  );

async function sent(tool: Tool, args?: object, ctx?: Partial<RunContext>) {
  await run(tool, args, ctx);
  const request = service.requests.at(-1);
  if (request === undefined) throw new Error('Nothing was sent');
  return request;
}

const context = { tenant_id: 'tenant-1', workspace_id: 'workspace-1', execution_id: 'call-7' };

describe('a request', () => {
  test('is the one of the contract: address, headers, parameters at top level, and a context of three ids', async () => {
    verifies('REM-01');
    const tool = await one(', token: "secret-token", connection_id: C123');
    const request = await sent(tool);
    expect(request.method).toBe('POST');
    expect(request.path).toBe('/api/v1/tools/line.send_message');
    expect(request.body).toBe(JSON.stringify({ to: 'u1', channel_id: 'C123', context }));
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      authorization: 'Bearer secret-token',
      'idempotency-key': 'call-7',
    });
    expect(await run(tool)).toEqual({ kind: 'value', value: { sent: 1 } });
  });

  test('has no Authorization without a token, and the connection under the name that the source says', async () => {
    verifies('REM-01');
    const request = await sent(await one(', connection_id: site 1, connection_parameter: site_id'));
    expect(request.headers).not.toHaveProperty('authorization');
    expect(JSON.parse(request.body)).toEqual({ to: 'u1', site_id: 'site 1', context });
  });

  test('holds the values as they are: whole numbers with all their digits, null, lists and maps', async () => {
    const list = `[{name: n, type: integer, description: d}, {name: none, type: string, description: d, required: false}, {name: messages, type: array, description: d, items: {name: m, type: map, description: d}}]`;
    const request = await sent(await one('', '', list), {
      n: 9_007_199_254_740_993n,
      messages: [{ type: 'text', text: '"é"' }],
    });
    expect(request.body).toContain('"n":9007199254740993');
    expect(request.body).toContain('"messages":[{"type":"text","text":"\\"é\\""}]');
  });

  test("carries the caller's own token, and a refusal is about their account", async () => {
    const tool = await one(', credential: {system: line}');
    expect(tool.credential_need).toMatchObject({ systems: ['line'], strategies: ['oauth2', 'token'] });
    const credential = { id: 'c', version: '1', account: { token: 'callers-token' } };
    expect((await sent(tool, undefined, { credential })).headers.authorization).toBe('Bearer callers-token');
    respond = (_request, response) => {
      response.statusCode = 401;
      response.end('{"success":false,"error":{"code":"unauthorized","message":"callers-token"}}');
    };
    await expect(run(tool, undefined, { credential })).rejects.toMatchObject({ code: 'credential_refused' });
  });

  test.each([
    ['answers true without a result', '{"success":true}', null],
    ['has more in its answer', '{"success":true,"result":[1],"timestamp":5,"extra":{}}', [1]],
    ['answers at a status of failure', '{"success":true,"result":"yes"}', 'yes'],
    ['has long numbers', '{"success":true,"result":{"id":12345678901234567890,"n":1234567890123456789}}', undefined],
  ])('to a service that %s is still answered', async (_case, body, value) => {
    verifies('REM-01');
    respond = (_request, response) => void response.writeHead(body.includes('yes') ? 500 : 200).end(body);
    const result = await run(await one());
    expect(result).toEqual({
      kind: 'value',
      value: value === undefined ? { id: expect.anything(), n: '1234567890123456789' } : value,
    });
  });
});

describe('a tool', () => {
  test('is no reader unless its author says so, and is asked again only when it is idempotent', async () => {
    verifies('REM-02');
    const failing: Respond = (_request, response) => void response.writeHead(503).end();
    const asked = async (source: string, tool: string): Promise<number> => {
      respond = failing;
      const before = service.requests.length;
      await expect(run(await one(source, tool))).rejects.toMatchObject({ code: 'upstream_unavailable' });
      return service.requests.length - before;
    };
    const plain = await one();
    expect([plain.read_only, plain.danger]).toEqual([false, 'medium']);
    expect(await asked('', '')).toBe(1);
    expect(await asked('', ', idempotent: true')).toBe(limits.remote_attempts);
    expect(await asked('', ', readOnly: true')).toBe(limits.remote_attempts);
    expect(await asked(', idempotent: true', '')).toBe(limits.remote_attempts);
  });

  test.each([
    ['tools.send.parameters[0].name', '', '', '[{name: context, type: string, description: d}]'],
    ['tools.send.parameters[0].name', ', connection_id: C1', '', '[{name: channel_id, type: string, description: d}]'],
    ['tools.send.tool_type', '', ', tool_type: Line.x', undefined],
    ['tools.send.action', '', ', action: ../admin', undefined],
    ['sources.line.token', ', token: "a\\nb"', '', undefined],
    ['sources.line.token', ', token: x, credential: caller', '', undefined],
    ['sources.line.connection_parameter', ', connection_id: x, connection_parameter: context', '', undefined],
    ['sources.line.base_url', ", base_url: 'https://a:b@example.com'", '', undefined],
    ['sources.line.base_url', ", base_url: 'https://example.com/?x=1'", '', undefined],
    ['sources.line.base_url', ', base_url: file:///etc/passwd', '', undefined],
  ])('is refused with a fault at %s (%s%s%s)', async (path, source, tool, parameters) => {
    verifies('REM-01');
    const yaml = `sources:
  line: {kind: remote${source.includes('base_url') ? '' : ", base_url: 'https://example.com'"}${source}}
tools:
  send: {kind: remote, source: line${tool.includes('tool_type') ? '' : ', tool_type: line'}${tool.includes('action') ? '' : ', action: send'}, description: d, parameters: ${parameters ?? '[]'}${tool}}`;
    const { faults } = await loadTexts({ files: { 't.yaml': yaml }, kinds, http });
    expect(faults.map((fault) => fault.path)).toContain(path);
  });
});

describe('a service that fails in a row', () => {
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now };
  const resting = expect.objectContaining({ code: 'upstream_unavailable', retry_after_s: expect.any(Number) });

  function failed(breakers: Breakers, key: string, times: number): void {
    for (let count = 0; count < times; count += 1) breakers.enter(key)('ill');
  }

  test('is left alone for a while, then tried with one call; another tenant goes on', () => {
    verifies('REM-02');
    now = 1_000;
    const breakers = new Breakers(clock);
    failed(breakers, 't1 line', limits.remote_breaker_failures);
    expect(() => breakers.enter('t1 line')).toThrow(resting);
    breakers.enter('t2 line')('well');

    now += limits.remote_rest_first_ms;
    const probe = breakers.enter('t1 line');
    expect(() => breakers.enter('t1 line')).toThrow(resting);
    probe('ill');
    now += limits.remote_rest_first_ms;
    expect(() => breakers.enter('t1 line')).toThrow(resting);
    now += limits.remote_rest_first_ms;
    breakers.enter('t1 line')('well');
    breakers.enter('t1 line')('ill');
    breakers.enter('t1 line')('ill');
  });

  test('is not held by a call that the caller gave up, nor by a success between', () => {
    now = 1_000;
    const breakers = new Breakers(clock);
    failed(breakers, 'a', limits.remote_breaker_failures - 1);
    breakers.enter('a')('unknown');
    breakers.enter('a')('well');
    failed(breakers, 'a', limits.remote_breaker_failures);
    now += limits.remote_rest_first_ms;
    breakers.enter('a')('unknown');
    breakers.enter('a')('well');
    expect(breakers.size).toBe(0);
  });

  test('takes bounded memory, and none when it is well', () => {
    const breakers = new Breakers(clock);
    for (let index = 0; index < limits.remote_breakers + 50; index += 1) failed(breakers, `t${index}`, 1);
    expect(breakers.size).toBe(limits.remote_breakers);
  });

  test('is not asked at all while it rests', async () => {
    verifies('REM-02');
    respond = (_request, response) => void response.writeHead(503).end();
    const tool = await one();
    for (let count = 0; count < limits.remote_breaker_failures; count += 1) {
      await expect(run(tool)).rejects.toMatchObject({ code: 'upstream_unavailable' });
    }
    const before = service.requests.length;
    const rest = run(tool);
    await expect(rest).rejects.toThrow('left alone');
    expect(service.requests).toHaveLength(before);
    const caller = { ...runContext().caller, tenant_id: 'tenant-2' };
    respond = fine;
    expect(await run(tool, undefined, { caller })).toMatchObject({ kind: 'value' });
  });
});

describe('a probe', () => {
  test('asks for a tool that there is not, and takes any answer of a service that is well', async () => {
    const source = remoteSource.open(
      'line',
      { base_url: service.url, connection_parameter: 'channel_id', timeout_ms: 5_000, idempotent: false },
      { http, clock: { now: () => 0, monotonic: () => 0 }, base_folder: '/', account_per_call: true } as never,
    );
    const { signal } = new AbortController();
    const credential = { id: 'c', version: '1', account: { token: 't1' } };
    respond = (_request, response) => void response.writeHead(404).end('nothing here');
    await source.probe(signal, credential);
    expect(service.requests.at(-1)).toMatchObject({ path: '/v1/tools/toolcrib.probe', body: '{}' });
    respond = (_request, response) => void response.writeHead(401).end();
    await expect(source.probe(signal, credential)).rejects.toMatchObject({ code: 'credential_refused' });
    respond = (_request, response) => void response.writeHead(502).end();
    await expect(source.probe(signal)).rejects.toMatchObject({ code: 'source_unavailable' });
  });
});
