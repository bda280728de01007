// The caller's account in the requests of an `http` source: where it goes, what it cannot do, and that it never leaves for
// another origin.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import type { HttpClient } from '../../server/src/base/http-client.ts';
import type { Tool } from '../../server/src/catalog/tool.ts';
import { httpSource } from '../../server/src/kinds/http/http-source.ts';
import { httpTool } from '../../server/src/kinds/http/http-tool.ts';
import { loadTexts } from '../support/load-texts.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp, Respond } from '../support/local-http.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';

let service: LocalHttp;
let elsewhere: LocalHttp;
let http: HttpClient;
let respond: Respond;
const ok: Respond = (_request, response) => void response.end('fine');

beforeAll(async () => {
  service = await startLocalHttp((...args) => respond(...args));
  elsewhere = await startLocalHttp(ok);
  http = createHttpClient({ allowed_private: ['127.0.0.1'] });
});
afterAll(async () => {
  await http.close();
  await service.close();
  await elsewhere.close();
});
beforeEach(() => {
  respond = ok;
});

const kinds = { sources: [httpSource], tools: [httpTool], auth_services: [], resources: [] };

async function load(source: string, tool = '') {
  const yaml = `sources:
  web: {kind: http, baseUrl: '${service.url}', ${source}}
tools:
  one: {kind: http, source: web, method: GET, path: /x, description: d${tool}}`;
  return loadTexts({ files: { 't.yaml': yaml }, kinds, http });
}

async function one(source: string, tool = ''): Promise<Tool> {
  const { catalogue, faults } = await load(source, tool);
  expect(faults).toEqual([]);
  const [loaded] = catalogue.tools;
  if (loaded === undefined) throw new Error('No tool was loaded');
  return loaded;
}

type Account = Readonly<Record<string, string>>;
const run = async (tool: Tool, account: Account, args = {}) =>
  tool.run(
    tool.validate(args, () => null),
    runContext({ http, credential: { id: 'c', version: '1', account } }),
  );
async function sent(tool: Tool, account: Account) {
  await run(tool, account);
  const request = service.requests.at(-1);
  if (request === undefined) throw new Error('Nothing was sent');
  return request;
}

describe('where it goes', () => {
  test('a token goes into Authorization, or where the file says', async () => {
    const plain = await one('credential: {system: hub}');
    expect((await sent(plain, { token: 'abc' })).headers.authorization).toBe('Bearer abc');
    const own = await one('credential: {system: hub}, tokenHeader: Private-Token');
    expect((await sent(own, { token: 'abc' })).headers).toMatchObject({ 'private-token': 'abc' });
    expect((await sent(own, { token: 'abc' })).headers.authorization).toBeUndefined();
    const word = await one('credential: {system: hub}, tokenPrefix: token');
    expect((await sent(word, { token: 'abc' })).headers.authorization).toBe('token abc');
  });

  test('user and password go into Authorization (RFC 7617)', async () => {
    const tool = await one('credential: caller');
    const { headers } = await sent(tool, { user: 'ada', password: 'pässwörd:1' });
    expect(headers.authorization).toBe(`Basic ${Buffer.from('ada:pässwörd:1').toString('base64')}`);
    await expect(run(tool, { user: 'a:b', password: 'x' })).rejects.toMatchObject({ code: 'credential_refused' });
  });

  test('fields go where the file names them', async () => {
    const tool = await one(
      "credential: {system: hub}, headers: {x-key: 'k ${credential.api_key}', x-fixed: f}, queryParams: {app: '${credential.app}'}",
    );
    expect(tool.credential_need?.strategies).toEqual(['custom']);
    const { headers, path } = await sent(tool, { api_key: 'abc', app: 'a&b=c', other: 'unused' });
    expect(headers).toMatchObject({ 'x-key': 'k abc', 'x-fixed': 'f' });
    expect(headers.authorization).toBeUndefined();
    expect(path).toBe('/x?app=a%26b%3Dc');
    await expect(run(tool, { api_key: 'abc' })).rejects.toMatchObject({ code: 'credential_refused' });
  });

  test('a value cannot begin another header', async () => {
    const tool = await one('credential: {system: hub}');
    await expect(run(tool, { token: 'a\r\nx-evil: 1' })).rejects.toMatchObject({ code: 'credential_refused' });
    await expect(run(tool, {})).rejects.toMatchObject({ code: 'credential_refused' });
  });

  test('without an account nothing is sent', async () => {
    const tool = await one('credential: {system: hub}');
    const before = service.requests.length;
    await expect(tool.run({}, runContext({ http }))).rejects.toThrow(TypeError);
    expect(service.requests.length).toBe(before);
  });
});

describe('what comes back', () => {
  test('401 says that the account is refused, and only with an account', async () => {
    respond = (_request, response) => {
      response.statusCode = 401;
      response.end();
    };
    const tool = await one('credential: {system: hub}');
    await expect(run(tool, { token: 'abc' })).rejects.toMatchObject({ code: 'credential_refused' });
    await expect(run(await one(''), {})).rejects.toMatchObject({ code: 'upstream_refused' });
  });

  test('a service that repeats the account shows no secret', async () => {
    respond = ({ headers }, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ headers, text: 'grüße' }));
    };
    const tool = await one('credential: {system: hub}');
    expect(await run(tool, { token: 'long-secret' })).toMatchObject({
      value: { headers: { authorization: 'Bearer [secret]' }, text: 'grüße' },
    });
    expect(JSON.stringify(await run(tool, { user: 'ada', password: 'long-secret' }))).not.toContain(
      Buffer.from('ada:long-secret').toString('base64'),
    );
  });

  test('a service that repeats the account in the file shows no secret', async () => {
    respond = ({ headers, path }, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ headers, path }));
    };
    const tool = await one(
      'headers: {Authorization: Bearer file-secret, X-Api-Key: other-secret, Accept-Language: fr-CA-abc}, queryParams: {key: third-secret, lang: fr-CA-abc}',
    );
    const told = JSON.stringify(await run(tool, {}));
    expect(told).not.toMatch(/(?:file|other|third)-secret/);
    expect(told.match(/\[secret\]/g)).toHaveLength(3);
    expect(told.match(/fr-CA-abc/g)).toHaveLength(2);
  });

  test('a redirection to another origin takes nothing of the account along', async () => {
    verifies('DBT-16');
    respond = (_request, response) => {
      response.statusCode = 302;
      response.setHeader('location', `${elsewhere.url}/there`);
      response.end();
    };
    for (const [source, account] of [
      ['credential: {system: hub}', { token: 'abc-secret' }],
      ['credential: {system: hub}, tokenHeader: X-Key', { token: 'abc-secret' }],
      ["credential: {system: hub}, headers: {accept-thing: '${credential.key}'}", { key: 'abc-secret' }],
      ["credential: {system: hub}, queryParams: {key: '${credential.key}'}", { key: 'abc-secret' }],
    ] as const) {
      await run(await one(source), account);
      expect(elsewhere.requests.at(-1)?.path).toBe('/there');
      expect(JSON.stringify(elsewhere.requests.at(-1))).not.toContain('abc-secret');
    }
  });

  test("another origin's 401 says nothing of the account", async () => {
    const refusing = await startLocalHttp((_request, response) => {
      response.statusCode = 401;
      response.end();
    });
    respond = (_request, response) => {
      response.statusCode = 302;
      response.setHeader('location', refusing.url);
      response.end();
    };
    const tool = await one('credential: {system: hub}');
    await expect(run(tool, { token: 'abc' })).rejects.toMatchObject({ code: 'upstream_refused' });
    await refusing.close();
  });
});

describe('faults of the file', () => {
  test.each([
    ["headers: {x: '${credential.key}'}", '', "sources.web.headers.x: names the caller's credential"],
    ['tokenHeader: X-Key', '', "sources.web.tokenHeader: is about the caller's credential"],
    [
      "credential: caller, headers: {x: '${credential.a-b}'}",
      '',
      'sources.web.headers.x: a field of the credential is',
    ],
    [
      'credential: caller, headers: {authorization: x}',
      '',
      "sources.web.headers.authorization: is set from the caller's",
    ],
    ['credential: {system: hub}, tokenHeader: Host', '', 'sources.web.tokenHeader: No name of a header'],
    [
      'credential: {system: hub, strategies: [custom]}',
      '',
      'sources.web.credential.strategies[0]: this source does not take "custom"',
    ],
    [
      'credential: {system: hub, strategies: [token], scopes: [repo]}',
      '',
      'sources.web.credential.scopes: only OAuth has scopes',
    ],
    ['credential: {system: hub, scope: [x]}', '', 'sources.web.credential.scope: unknown field'],
    ['credential: {}', '', 'sources.web.credential.system: "system" is missing'],
    ['credential: everybody', '', 'sources.web.credential: expected'],
    [
      'credential: caller',
      ', headers: {Authorization: x}',
      "tools.one.headers.Authorization: is set from the caller's",
    ],
    [
      'credential: caller',
      ", headers: {x: '${credential.key}'}",
      "tools.one.headers.x: the caller's credential is written into",
    ],
    [
      'credential: caller',
      ', headerParams: [{name: Authorization, type: string, description: d}]',
      "tools.one.headerParams[0].name: is set from the caller's",
    ],
    [
      "credential: caller, queryParams: {key: '${credential.key}'}",
      ', queryParams: [{name: key, type: string, description: d}]',
      'tools.one.queryParams[0].name: "key" is set by the path or by the source already',
    ],
  ])('%s%s', async (source, tool, expected) => {
    const { faults } = await load(source, tool);
    expect(faults.map(({ path, message }) => `${path}: ${message}`).join('\n')).toContain(expected);
    for (const { line } of faults) expect(line).toBeGreaterThan(1);
  });

  test('what a tool needs follows from its source', async () => {
    expect((await one('credential: caller')).credential_need).toEqual({
      systems: ['web'],
      strategies: ['token', 'username_password'],
      scopes: [],
    });
    const full = 'credential: {system: hub, strategies: [oauth2], scopes: [repo, repo], compatible: [ghe, hub]}';
    expect((await one(full)).credential_need).toEqual({
      systems: ['hub', 'ghe'],
      strategies: ['oauth2'],
      scopes: ['repo'],
    });
    expect((await one('')).credential_need).toBeUndefined();
  });
});
