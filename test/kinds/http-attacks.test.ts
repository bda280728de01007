// What no value can do to a request of the kind `http`, and what no file can say.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import type { HttpClient } from '../../server/src/base/http-client.ts';
import type { Tool } from '../../server/src/catalog/tool.ts';
import { httpSource } from '../../server/src/kinds/http/http-source.ts';
import { httpTool } from '../../server/src/kinds/http/http-tool.ts';
import { loadTexts } from '../support/load-texts.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { runContext } from '../support/run-context.ts';

let service: LocalHttp;
let http: HttpClient;
let tool: Tool;
const kinds = { sources: [httpSource], tools: [httpTool], auth_services: [], resources: [] };

beforeAll(async () => {
  service = await startLocalHttp((_request, response) => response.end('ok'));
  http = createHttpClient({ allowed_private: ['127.0.0.1'] });
  const yaml = `
sources:
  web: {kind: http, baseUrl: '${service.url}/base', headers: {Authorization: Bearer key}}
tools:
  one:
    kind: http
    source: web
    description: d
    method: POST
    path: /users/{{.id}}{{.more}}/end?fixed=1&in={{.inq}}
    requestBody: '{"whole": {{json .whole}}, "text": "a {{.text}} b", "last": true}'
    pathParams:
      - {name: id, type: string, description: d}
      - {name: more, type: string, description: d, default: z}
      - {name: inq, type: string, description: d, default: q}
    queryParams: [{name: q, type: string, description: d, default: q}]
    headerParams: [{name: X-H, type: string, description: d, default: h}]
    bodyParams:
      - {name: whole, type: string, description: d, default: w}
      - {name: text, type: string, description: d, default: t}
`;
  const { catalogue } = await loadTexts({ files: { 't.yaml': yaml }, kinds, http, strict: true });
  tool = catalogue.tools[0] as Tool;
});
afterAll(async () => {
  await http.close();
  await service.close();
});

async function send(args: Readonly<Record<string, string>>) {
  await tool.run(
    tool.validate({ id: 'i', ...args }, () => null),
    runContext({ http }),
  );
  const request = service.requests.at(-1);
  if (request === undefined) throw new Error('Nothing was sent');
  return request;
}

const hostile = [
  ...[
    '..',
    '.',
    '%2e%2e',
    '%2E.',
    '../..',
    '..\\..',
    '/',
    '//evil.example',
    '\\\\evil.example',
    '%2f..%2f',
    '%252e%252e',
    '%5c',
  ],
  ...[
    '@evil.example',
    ':80',
    '?a=b',
    '#x',
    '&admin=1',
    ';a=b',
    '\r\nX-Evil: 1',
    '\n\nbody',
    '\0',
    '\u2028',
    '{{.id}}',
    '${x}',
  ],
  ...['"', '\\', '\\"', '", "admin": true, "x": "', '\\u0022', '}', ']}', '\u0000', '<script>', 'ü😀', ' ', '\t'],
];

/** What every tool takes: NUL is refused before any kind sees it. */
const without_nul = hostile.filter((value) => !value.includes('\0'));

describe('a value', () => {
  test.each([...hostile, ''])('%j in the path stays a piece of its segment or is refused', async (id) => {
    for (const args of [{ id }, { id: '.', more: id }, { id, more: '.' }]) {
      const before = service.requests.length;
      const sent = send(args);
      const outcome = await sent.catch((thrown: unknown) => thrown);
      if (outcome instanceof Error) {
        expect(outcome).toMatchObject({ code: 'arguments_invalid' });
        expect(service.requests.length).toBe(before);
      } else {
        const { path } = await sent;
        expect(path).toMatch(/^\/base\/users\/[^/?#]+\/end\?fixed=1&in=q&q=q$/);
        expect(decodeURIComponent(path.split('/')[3] ?? '')).toBe(`${args.id}${'more' in args ? args.more : 'z'}`);
      }
    }
  });

  test.each(['..', '.', '/', 'a/b', '%2f', '%2e%2e', '%252f', '\\', '\n', ''])(
    '%j in the path is refused by name',
    async (id) => {
      await expect(send({ id })).rejects.toMatchObject({ code: 'arguments_invalid', faults: [{ path: 'id' }] });
    },
  );

  test('that is dots only together with another is refused', async () => {
    await expect(send({ id: '.', more: '.' })).rejects.toMatchObject({ code: 'arguments_invalid' });
  });

  test.each(without_nul)('%j in the query stays one value', async (value) => {
    const { path } = await send({ q: value, inq: value });
    const { searchParams } = new URL(path, 'http://x.example');
    expect([...searchParams]).toEqual([
      ['fixed', '1'],
      ['in', value],
      ['q', value],
    ]);
  });

  test.each(hostile)('%j in a header stays in it or is refused', async (value) => {
    const outcome = await send({ 'X-H': value }).catch((thrown: unknown) => thrown as Error);
    if (outcome instanceof Error) {
      expect(outcome).toMatchObject({ code: 'arguments_invalid', faults: [{ path: 'X-H' }] });
      expect(value).toMatch(/[^\t\x20-\x7e\x80-\xff]/);
    } else {
      expect(outcome.headers['x-h']).toBe(value.trim());
      expect(outcome.headers['authorization']).toBe('Bearer key');
      expect(Object.keys(outcome.headers)).not.toContain('x-evil');
    }
  });

  test.each(without_nul)('%j in the body stays a value', async (value) => {
    const { body } = await send({ whole: value, text: value });
    expect(JSON.parse(body)).toEqual({ whole: value, text: `a ${value} b`, last: true });
  });

  test('of any kind leaves everything around it as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (value) => {
        const { path, body } = await send({ q: value, inq: value, whole: value, text: value });
        const { pathname, searchParams } = new URL(path, 'http://x.example');
        expect(pathname).toBe('/base/users/iz/end');
        expect([...searchParams.keys()]).toEqual(['fixed', 'in', 'q']);
        expect(JSON.parse(body)).toEqual({ whole: value, text: `a ${value} b`, last: true });
      }),
      { numRuns: 100 },
    );
  });
});

describe('a file is refused that', () => {
  const faultsOf = async (fields: string, source = ''): Promise<string> => {
    const yaml = `sources:\n  web:\n    kind: http\n    baseUrl: https://web.example/api\n${source}tools:\n  one:\n    kind: http\n    source: web\n    description: d\n${fields}`;
    const { faults } = await loadTexts({ files: { 't.yaml': yaml }, kinds });
    return faults.map(({ path, message }) => `${path}: ${message}`).join('\n');
  };
  const p = (name: string, more = ''): string => `[{name: ${name}, type: string, description: d${more}}]\n`;
  const get = '    method: GET\n';
  const post = '    method: POST\n';

  test.each([
    ['leaves the base', `${get}    path: /../x\n`, 'segments'],
    ['leaves the base, encoded', `${get}    path: /%2e%2e/x\n`, 'segments'],
    ['names another host', `${get}    path: //evil.example/x\n`, 'relative'],
    ['names another URL', `${get}    path: https://evil.example/x\n`, 'relative'],
    ['uses backslashes', `${get}    path: '/\\evil'\n`, 'backslashes'],
    ['has a fragment', `${get}    path: '/x#y'\n`, '"#"'],
    ['has an encoded slash', `${get}    path: /a%2fb\n`, 'encoded'],
    ['has a placeholder without parameter', `${get}    path: /{{.a}}\n`, 'no parameter in pathParams'],
    ['has a parameter without placeholder', `${get}    path: /x\n    pathParams: ${p('a')}`, 'no placeholder'],
    [
      'has a template that runs',
      `${get}    path: '/{{range .a}}x{{end}}'\n    pathParams: ${p('a')}`,
      'no placeholder',
    ],
    [
      'lets a caller name a query parameter',
      `${get}    path: '/x?{{.a}}=1'\n    pathParams: ${p('a')}`,
      'names of its query',
    ],
    [
      'lets a piece of the path be left out',
      `${get}    path: /{{.a}}\n    pathParams: ${p('a', ', required: false')}`,
      'left out',
    ],
    ['writes although it says that it does not', `${post}    path: /x\n    readOnly: true\n`, 'GET or HEAD'],
    ['has a method that is none', '    method: TRACE\n    path: /x\n', '"GET"'],
    ['gives a read a body', `${get}    path: /x\n    requestBody: '{}'\n`, 'no body'],
    [
      'has a body that is no JSON',
      `${post}    path: /x\n    requestBody: '{{{json .a}}}'\n    bodyParams: ${p('a')}`,
      'not JSON',
    ],
    [
      'lets a caller name a member',
      `${post}    path: /x\n    requestBody: '{"{{.a}}": 1}'\n    bodyParams: ${p('a')}`,
      'names of a JSON object',
    ],
    [
      'puts JSON inside quotes',
      `${post}    path: /x\n    requestBody: '{"b": "{{json .a}}"}'\n    bodyParams: ${p('a')}`,
      'inside quotes',
    ],
    [
      'puts values into a text',
      `${post}    path: /x\n    headers: {content-type: text/xml}\n    requestBody: '<a>{{.a}}</a>'\n    bodyParams: ${p('a')}`,
      'JSON and in forms',
    ],
    ['sets the length itself', `${get}    path: /x\n    headers: {Content-Length: '1'}\n`, 'header'],
    ['breaks a header', `${get}    path: /x\n    headers: {X-A: "a\\r\\nb"}\n`, 'line breaks'],
    ['lets a caller set the host', `${get}    path: /x\n    headerParams: ${p('Host')}`, 'sets itself'],
    ['has a header that is no name', `${get}    path: /x\n    headers: {'a b': c}\n`, 'header'],
    ['has parameters of no list', `${get}    path: /x\n    parameters: ${p('a')}`, 'pathParams'],
    [
      'has the same name in two lists',
      `${get}    path: /{{.a}}\n    pathParams: ${p('a')}    queryParams: ${p('a')}`,
      'already defined',
    ],
    ['sets a query parameter twice', `${get}    path: /x?a=1\n    queryParams: ${p('a')}`, 'set by the path'],
    ['wants a credential of the server', `${get}    path: /x\n    sendGoogleAccessToken: true\n`, 'credential'],
  ])('%s', async (_name, fields, reason) => {
    expect(await faultsOf(fields)).toContain(reason);
  });

  test.each([
    ['    queryParams: {a: b}\n', 'set by the path or by the source'],
    ['    headers: {content-type: text/xml}\n', 'the source says text/xml'],
    ['    disableSslVerification: true\n', 'Certificates are always checked'],
    ['    allowPrivateNetworks: true\n', 'network.allowed_private'],
    ['    allowedIpRanges: [10.0.0.0/8]\n', 'network.allowed_private'],
    ['    returnFullError: true\n', 'not shown to callers'],
    ['    timeout: "30"\n', 'with its unit'],
    ['    timeout: 30h\n', 'with its unit'],
  ])('has a source with %s', async (source, reason) => {
    const fields = `${post}    path: /x\n    requestBody: '{"b": "{{.b}}"}'\n    bodyParams: ${p('b')}    queryParams: ${p('a')}`;
    expect(await faultsOf(fields, source)).toContain(reason);
  });

  test.each([
    'ftp://a.example',
    'https://u:p@a.example',
    'https://a.example?x=1',
    'https://a.example#x',
    'a.example',
    '/x',
  ])('has the base %s', async (base) => {
    const { faults } = await loadTexts({
      files: { 't.yaml': `sources:\n  web: {kind: http, baseUrl: '${base}'}\n` },
      kinds,
    });
    expect(faults.map(({ message }) => message).join()).toContain('Write a URL');
  });
});

test('A05 a base that is private is refused when it is used', async () => {
  const closed = createHttpClient({ allowed_private: [] });
  const yaml = `sources:\n  web: {kind: http, baseUrl: '${service.url}'}\ntools:\n  one: {kind: http, source: web, description: d, method: GET, path: /x}\n`;
  const { catalogue } = await loadTexts({ files: { 't.yaml': yaml }, kinds, http: closed });
  const before = service.connections();
  await expect(catalogue.tools[0]?.run({}, runContext({ http: closed }))).rejects.toMatchObject({
    code: 'address_refused',
  });
  expect(service.connections()).toBe(before);
  await closed.close();
});
