// The kinds `http` against a real HTTP server: requests as MCP Toolbox's files describe them, and results.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import type { HttpClient } from '../../server/src/base/http-client.ts';
import type { Catalogue } from '../../server/src/catalog/catalogue.ts';
import type { RunContext, Tool } from '../../server/src/catalog/tool.ts';
import { httpSource } from '../../server/src/kinds/http/http-source.ts';
import { httpTool } from '../../server/src/kinds/http/http-tool.ts';
import { loadTexts } from '../support/load-texts.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp, Respond } from '../support/local-http.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';

let service: LocalHttp;
let http: HttpClient;
let respond: Respond;
const echo: Respond = ({ method, path, headers, body }, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ method, path, headers, body }));
};

beforeAll(async () => {
  service = await startLocalHttp((...args) => respond(...args));
  http = createHttpClient({ allowed_private: ['127.0.0.1'] });
});
afterAll(async () => {
  await http.close();
  await service.close();
});
beforeEach(() => {
  respond = echo;
});

const kinds = { sources: [httpSource], tools: [httpTool], auth_services: [], resources: [] };

async function load(tools: string, source = ''): Promise<Catalogue> {
  const yaml = `sources:\n  web:\n    kind: http\n    baseUrl: ${service.url}/api/\n${source}tools:\n${tools}`;
  const { catalogue, faults } = await loadTexts({ files: { 't.yaml': yaml }, kinds, http });
  expect(faults).toEqual([]);
  return catalogue;
}

async function one(fields: string, source = ''): Promise<Tool> {
  const { tools } = await load(`  one:\n    kind: http\n    source: web\n    description: d\n${fields}`, source);
  const [tool] = tools;
  if (tool === undefined) throw new Error('No tool was loaded');
  return tool;
}

async function call(tool: Tool, args: Readonly<Record<string, unknown>> = {}, ctx: Partial<RunContext> = {}) {
  const checked = tool.validate(args, () => null);
  const result = await tool.run(checked, runContext({ http, ...ctx }));
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into results of every shape
  return result as any;
}

const parameter = (name: string, type = 'string', more = ''): string =>
  `      - {name: ${name}, type: ${type}, description: d${more}}\n`;

describe('a request', () => {
  test('is made of path, query, headers and body, with values from arguments', async () => {
    verifies('DBT-05');
    const tool = await one(
      `    method: post
    path: /users/{{.user}}/posts?lang=en&q={{queryEscape .topic}}
    headers: {X-Tool: tool}
    requestBody: |
      {"title": "About {{.title}}", "tags": {{json .tags}}, "age": {{json .age}}, "extra": {{json .extra}}}
    pathParams:
${parameter('user')}${parameter('topic')}    queryParams:
${parameter('page', 'integer')}${parameter('ids', 'array', ', items: {name: id, type: integer, description: d}')}${parameter('none', 'string', ', required: false')}    bodyParams:
${parameter('title')}${parameter('tags', 'array', ', items: {name: tag, type: string, description: d}')}${parameter('age', 'integer')}${parameter('extra', 'string', ', required: false')}    headerParams:
${parameter('X-Request')}`,
      '    headers: {Authorization: Bearer key, X-Tool: source}\n    queryParams: {apikey: s e}\n',
    );
    const args = {
      user: 'ada & co',
      topic: 'a&b=c',
      page: 2,
      ids: [1, 2],
      title: 'x "quoted"',
      tags: ['a"b'],
      age: 9_007_199_254_740_993n,
      'X-Request': 'r1',
    };
    const { value } = await call(tool, args);
    expect(value).toMatchObject({
      method: 'POST',
      path: '/api/users/ada%20%26%20co/posts?apikey=s+e&lang=en&q=a%26b%3Dc&page=2&ids=1&ids=2',
      headers: {
        authorization: '[secret]',
        'x-tool': 'tool',
        'x-request': 'r1',
        'content-type': 'application/json',
        'user-agent': 'toolcrib',
      },
    });
    expect(service.requests.at(-1)?.headers.authorization).toBe('Bearer key');
    expect(value.body).toBe(
      '{"title": "About x \\"quoted\\"", "tags": ["a\\"b"], "age": 9007199254740993, "extra": null}\n',
    );
  });

  test.each([
    ['/users', '/api/users'],
    ['users', '/api/users'],
    ['/api/users', '/api/users'],
    ['/api', '/api'],
    ['/apis', '/api/apis'],
    ['""', '/api'],
    ['/', '/api/'],
    ['/a%20b/ü', '/api/a%20b/%C3%BC'],
  ])('to %s goes to %s', async (path, sent) => {
    const { value } = await call(await one(`    method: GET\n    path: ${path}\n`));
    expect(value.path).toBe(sent);
  });

  test('may be a form', async () => {
    const tool = await one(
      `    method: POST\n    path: /f\n    headers: {Content-Type: application/x-www-form-urlencoded}\n    requestBody: a={{.a}}&b=1\n    bodyParams:\n${parameter('a')}`,
    );
    const { value } = await call(tool, { a: 'x&b=2' });
    expect(value.body).toBe('a=x%26b%3D2&b=1');
  });

  test('only reads when its method does, unless the file says otherwise', async () => {
    const tools = await Promise.all(
      ['GET', 'HEAD', 'POST', 'DELETE'].map((method) => one(`    method: ${method}\n    path: /\n`)),
    );
    expect(tools.map(({ read_only, danger }) => `${read_only} ${danger}`)).toEqual([
      'true low',
      'true low',
      'false medium',
      'false medium',
    ]);
  });

  test('has its parameters published as those of any tool', async () => {
    const tool = await one(
      `    method: GET\n    path: /{{.a}}\n    pathParams:\n${parameter('a')}    queryParams:\n${parameter('b', 'integer')}`,
    );
    expect(tool.parameters.map(({ name, list }) => [name, list])).toEqual([
      ['a', 'pathParams'],
      ['b', 'queryParams'],
    ]);
    expect(Object.keys(tool.input_schema['properties'] as object)).toEqual(['a', 'b']);
  });
});

describe('an answer', () => {
  const answer = (body: string | Uint8Array, type?: string, status = 200): void => {
    respond = (_request, response) => {
      response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(body);
    };
  };
  const get = async (ctx: Partial<RunContext> = {}) => call(await one('    method: GET\n    path: /x\n'), {}, ctx);

  test.each([
    ['{"a":[1,null]}', 'application/json; charset=utf-8', { a: [1, null] }],
    ['{"a":1}', 'application/problem+json', { a: 1 }],
    ['{"a":1}', undefined, { a: 1 }],
    [
      '[9007199254740993,-9007199254740993,1.5,0.12345678901234567]',
      'application/json',
      ['9007199254740993', '-9007199254740993', 1.5, '0.12345678901234567'],
    ],
    ['', 'application/json', null],
  ])('%s of type %s is a value', async (body, type, value) => {
    answer(body, type);
    expect(await get()).toEqual({ kind: 'value', value });
  });

  test.each([
    ['hello', 'text/plain'],
    ['<a/>', 'application/xml'],
    ['not json', 'application/json'],
    ['hello', undefined],
    ['['.repeat(500) + ']'.repeat(500), 'application/json'],
  ])('%s of type %s is text', async (text, type) => {
    answer(text, type);
    expect(await get()).toEqual({ kind: 'content', content: [{ type: 'text', text }] });
  });

  test('in another encoding is decoded', async () => {
    answer(Buffer.from('grün', 'latin1'), 'text/plain; charset="iso-8859-1"');
    expect(await get()).toEqual({ kind: 'content', content: [{ type: 'text', text: 'grün' }] });
  });

  test.each([
    ['image/png', { type: 'image', data: '/wA=', mimeType: 'image/png' }],
    [
      'application/pdf',
      { type: 'resource', resource: { uri: 'urn:toolcrib:call:c1', mimeType: 'application/pdf', blob: '/wA=' } },
    ],
    [
      'x\x00y',
      {
        type: 'resource',
        resource: { uri: 'urn:toolcrib:call:c1', mimeType: 'application/octet-stream', blob: '/wA=' },
      },
    ],
  ])('of bytes (%j) is base64', async (type, block) => {
    answer(Buffer.from([0xff, 0x00]), type.includes('\x00') ? undefined : type);
    expect(await get({ call_id: 'c1' })).toEqual({ kind: 'content', content: [block] });
  });

  test('without a body is no value', async () => {
    answer('', undefined, 204);
    expect(await get()).toEqual({ kind: 'value', value: null });
  });

  test('to HEAD is its status', async () => {
    expect(await call(await one('    method: HEAD\n    path: /x\n'))).toEqual({
      kind: 'value',
      value: { status: 200 },
    });
  });

  test.each([400, 401, 404, 418, 500, 503, 304])(
    '%d is an error with the status, and without the words of the service',
    async (status) => {
      answer(status === 304 ? '' : 'secret of the service', 'text/plain', status);
      const error: unknown = await get().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'upstream_refused',
        message: `The remote service answered with the status ${status}.`,
      });
      expect(JSON.stringify(error)).not.toContain('secret');
    },
  );

  test('429 says when to come again', async () => {
    respond = (_request, response) => void response.writeHead(429, { 'retry-after': '7' }).end();
    await expect(get()).rejects.toMatchObject({ code: 'upstream_refused', retry_after_s: 7 });
  });

  test('larger than the limit of the tool is refused', async () => {
    answer('x'.repeat(2_000), 'text/plain');
    await expect(get({ limits: { rows: 1, bytes: 1_000 } })).rejects.toMatchObject({ code: 'result_too_large' });
  });

  test('that does not come ends with the time of the source, or the call', async () => {
    respond = () => undefined;
    const slow = await one('    method: GET\n    path: /x\n', '    timeout: 50ms\n');
    await expect(call(slow)).rejects.toMatchObject({ code: 'source_unavailable' });
    const reason = new Error('over');
    await expect(get({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('is followed where it redirects a read, and not where it redirects a write', async () => {
    respond = (request, response, raw) => {
      if (request.path === '/api/x') response.writeHead(302, { location: '/there' }).end();
      else echo(request, response, raw);
    };
    expect((await get()).value.path).toBe('/there');
    await expect(call(await one('    method: POST\n    path: /x\n'))).rejects.toMatchObject({
      code: 'upstream_refused',
    });
  });
});

describe('a service that is down', () => {
  test('is an unavailable source, and found again', async () => {
    const other = await startLocalHttp(echo);
    const yaml = `sources:\n  web: {kind: http, baseUrl: '${other.url}'}\ntools:\n  one: {kind: http, source: web, description: d, method: GET, path: /x}\n`;
    const { catalogue } = await loadTexts({ files: { 't.yaml': yaml }, kinds, http });
    const [tool] = catalogue.tools;
    const [source] = catalogue.sources;
    const again = async () => call(tool as Tool);
    await source?.source.probe(new AbortController().signal);
    expect((await again()).value.path).toBe('/x');
    await other.close();
    await expect(again()).rejects.toMatchObject({
      code: 'source_unavailable',
      message: expect.not.stringContaining('127'),
    });
    await expect(source?.source.probe(new AbortController().signal)).rejects.toMatchObject({
      code: 'source_unavailable',
    });
    // The connections of before are gone; nobody notices.
    const back = await startLocalHttp(echo, '127.0.0.1', other.port);
    expect((await again()).value.path).toBe('/x');
    await back.close();
  });

  test('and comes back between two reads is not noticed', async () => {
    const tool = await one('    method: GET\n    path: /x\n');
    await call(tool);
    service.disconnect();
    expect((await call(tool)).value.path).toBe('/api/x');
  });
});
