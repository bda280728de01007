// OpenAPI documents over the API: looked into, taken from a URL, defined as a source, called exactly as they say.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../server/src/base/json.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

const petstore = readFileSync(new URL('../fixtures/openapi/petstore.yaml', import.meta.url), 'utf8');

let service: LocalHttp;
let toolcrib: TestServer;
const call = operationCaller(() => toolcrib);

beforeAll(async () => {
  service = await startLocalHttp(({ method, path, headers, body }, response) => {
    if (path === '/petstore.yaml') return void response.end(petstore);
    if (path === '/elsewhere') return void response.writeHead(302, { location: '/petstore.yaml' }).end();
    if (path.startsWith('/v1/limited')) {
      return void response.writeHead(429, { 'retry-after': '7', 'content-type': 'text/plain' }).end('planted-words');
    }
    if (path.startsWith('/v1/refused')) return void response.writeHead(401).end('{}');
    if (path.startsWith('/v1/moved')) return void response.writeHead(302, { location: 'http://127.0.0.2/' }).end();
    response.setHeader('content-type', 'application/json');
    if (path.startsWith('/v1/long')) return void response.end('{"id": 9007199254740993, "name": "x"}');
    if (path.startsWith('/v1/wrong')) return void response.end('{"id": "no number"}');
    const { authorization, cookie, 'x-key': key, 'x-trace': trace, accept } = headers;
    const seen = { method, path, body, authorization, cookie, key, trace, accept, type: headers['content-type'] };
    response.end(JSON.stringify(seen));
  });
  toolcrib = await startTestServer({
    tenants: ['acme', 'other'],
    config: { allowed_private: ['127.0.0.1'] },
  });
});
afterAll(async () => {
  await toolcrib.stop();
  await service.close();
});

const inspect = (body: object, key?: string) =>
  call('inspectOpenapi', '/v1/openapi/inspect', { body, ...(key === undefined ? {} : { key }) });
const save = (name: string, body: object) => call('saveDefinition', `/v1/definitions/source/${name}`, { body });
const run = (tool: string, args: object = {}) =>
  call('callTool', `/v1/tools/${tool}/call`, { body: { arguments: args } });

/** A document with these operations by `METHOD /path`. */
function documentOf(operations: Readonly<Record<string, object>>, more: object = {}): JsonObject {
  const paths: Record<string, Record<string, object>> = {};
  for (const [key, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = key.split(' ');
    (paths[path] ??= {})[method.toLowerCase()] = operation;
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Test', version: '1' },
    servers: [{ url: `${service.url}/v1/` }],
    paths,
    ...more,
  } as unknown as JsonObject;
}

async function account(system: string, strategy: string, fields: object): Promise<void> {
  const body = { name: `${system} ${strategy}`, system, strategy, fields };
  expect((await call('createCredential', '/v1/credentials', { body })).status).toBe(201);
}

describe('inspectOpenapi', () => {
  it('200 with operations, servers, security schemes and the document of the chosen ones', async () => {
    const all = (await inspect({ document: petstore })).body;
    expect(all.title).toContain('Petstore');
    expect(all.operations).toHaveLength(19);
    expect(all.security_schemes).toEqual([
      { name: 'petstore_auth', type: 'oauth2' },
      { name: 'api_key', type: 'apiKey' },
    ]);
    const some = (await inspect({ document: petstore, operations: ['getPetById', 'POST /store/order'] })).body;
    expect(some.operations.map(({ tool }: { tool: string }) => tool)).toEqual(['getPetById', 'placeOrder']);
    expect(Object.keys(some.document.paths)).toEqual(['/pet/{petId}', '/store/order']);
    expect(Object.keys(some.document.components.schemas).toSorted()).toEqual(['Category', 'Order', 'Pet', 'Tag']);
    expect((await inspect({ document: some.document })).body.operations).toEqual(some.operations);
  });

  it('200 from a URL, by a redirection too, and says what is no document', async () => {
    expect((await inspect({ url: `${service.url}/petstore.yaml` })).body.operations).toHaveLength(19);
    expect((await inspect({ url: `${service.url}/elsewhere` })).body.operations).toHaveLength(19);
    const faults = async (body: object): Promise<string> => (await inspect(body)).body.faults[0].message;
    expect(await faults({ url: `${service.url}/v1/x` })).toContain('not an OpenAPI document');
    expect(await faults({ url: `${service.url}/v1/limited` })).toBe('the URL was answered with 429');
    expect(await faults({ document: { swagger: '2.0', paths: {} } })).toContain('Swagger 2.0');
    expect(await faults({ document: 'a: [' })).toContain('not valid YAML');
    expect(await faults({ document: { openapi: '3.1.0', paths: {} }, operations: ['gone'] })).toContain(
      'no such operation',
    );
  });

  it('400 for both or neither, 403 without tools.write, 403 for a private address', async () => {
    expect((await inspect({})).status).toBe(400);
    expect((await inspect({ url: 'http://a.example', document: {} })).status).toBe(400);
    const made = await call('createKey', '/v1/keys', { body: { name: 'few', scopes: ['tools.use'] } });
    expect((await inspect({ document: {} }, made.body.secret)).body.error.code).toBe('forbidden');
    expect((await inspect({ url: 'http://169.254.169.254/latest' })).body.error.code).toBe('address_refused');
  });
});

describe('a source of the type openapi', () => {
  it('writes every part of a request as the document says', async () => {
    const parameters = [
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'filter', in: 'query', style: 'deepObject', schema: { type: 'object' } },
      { name: 'tags', in: 'query', explode: false, schema: { type: 'array', items: { type: 'string' } } },
      { name: 'X-Trace', in: 'header', schema: { type: 'string' } },
      { name: 'body', in: 'query', schema: { type: 'string' } },
    ];
    const requestBody = { content: { 'application/json': { schema: { type: 'object' } } } };
    const fields = { 'application/x-www-form-urlencoded': { schema: { type: 'object' } } };
    const document = documentOf({
      'PUT /items/{id}': { operationId: 'write item!', parameters, requestBody },
      'POST /form': { requestBody: { content: fields } },
    });
    expect((await save('exact', { type: 'openapi', document })).body.warnings).toEqual([]);
    const args = {
      id: 'a/b',
      filter: { state: 'open' },
      tags: ['x', 'y,z'],
      'X-Trace': 't',
      query_body: 'q',
      body: { n: 1 },
    };
    expect((await run('write_item', args)).body.result.value).toEqual({
      method: 'PUT',
      path: '/v1/items/a%2Fb?filter%5Bstate%5D=open&tags=x,y%2Cz&body=q',
      body: '{"n":1}',
      trace: 't',
      accept: '*/*',
      type: 'application/json',
    });
    const form = (await run('post_form', { body: { a: 'x y', b: [1, 2] } })).body.result.value;
    expect(form).toMatchObject({ body: 'a=x%20y&b=1&b=2', type: 'application/x-www-form-urlencoded' });
    const wrong = await run('write_item', { id: 'x', tags: 'no list', bdoy: {} });
    expect(wrong.body.error.faults.map(({ path }: { path: string }) => path)).toEqual(['tags', 'bdoy']);
    expect((await run('write_item', { id: '../admin' })).body.error.faults[0].path).toBe('id');
  });

  it('puts the account where the security scheme of the operation says', async () => {
    const securitySchemes = {
      basic: { type: 'http', scheme: 'basic' },
      bearer: { type: 'http', scheme: 'bearer' },
      header: { type: 'apiKey', in: 'header', name: 'X-Key' },
      query: { type: 'apiKey', in: 'query', name: 'key' },
      cookie: { type: 'apiKey', in: 'cookie', name: 'sid' },
    };
    const names = Object.keys(securitySchemes);
    const operations = Object.fromEntries(
      names.map((name) => [`GET /by/${name}`, { operationId: `by_${name}`, security: [{ [name]: [] }] }]),
    );
    const document = documentOf(
      {
        ...operations,
        'GET /open': { operationId: 'open_to_all', security: [] },
        'GET /both': { operationId: 'by_both', security: [{ header: [], cookie: [] }] },
      },
      { components: { securitySchemes } },
    );
    await save('secured', { type: 'openapi', document, credential: 'caller' });
    expect((await run('open_to_all')).status).toBe(200);
    expect((await run('by_basic')).body.error.code).toBe('connect_required');
    const system = `secured@${service.url}`;
    await account(system, 'token', { token: 'planted-token' });
    const value = async (tool: string): Promise<JsonObject> => (await run(tool)).body.result.value;
    expect(await value('by_bearer')).toMatchObject({ authorization: 'Bearer [secret]' });
    expect(await value('by_header')).toMatchObject({ key: '[secret]' });
    expect(await value('by_query')).toMatchObject({ path: '/v1/by/query?key=[secret]' });
    expect(await value('by_cookie')).toMatchObject({ cookie: 'sid=[secret]' });
    expect(service.requests.at(-1)?.headers['cookie']).toBe('sid=planted-token');
    await account(system, 'username_password', { user: 'ada', password: 'planted-pass' });
    await value('by_basic');
    const basic = `Basic ${Buffer.from('ada:planted-pass').toString('base64')}`;
    expect(service.requests.at(-1)?.headers['authorization']).toBe(basic);
    await account(system, 'custom', { header: 'one-key', cookie: 'two-key' });
    await value('by_both');
    expect(service.requests.at(-1)?.headers).toMatchObject({ 'x-key': 'one-key', cookie: 'sid=two-key' });
  });

  it('answers are typed: refusals with their status, numbers with all digits, nothing of the words of a refusal', async () => {
    const json = (schema: object) => ({ responses: { 200: { content: { 'application/json': { schema } } } } });
    const item = { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] };
    const document = documentOf({
      'GET /limited': {},
      'GET /refused': {},
      'GET /moved': {},
      'GET /long': json(item),
      'GET /wrong': json({ type: 'object', required: ['name'] }),
    });
    await save('answers', { type: 'openapi', document });
    const limited = await run('get_limited');
    expect(limited.body.error).toMatchObject({ code: 'upstream_refused', retry_after_s: 7 });
    expect(limited.text).not.toContain('planted-words');
    expect((await run('get_refused')).body.error.code).toBe('upstream_refused');
    expect((await run('get_moved')).body.error.message).toContain('302');
    expect((await run('get_long')).body.result.value).toEqual({ id: '9007199254740993', name: 'x' });
    expect((await run('get_wrong')).body.error.code).toBe('result_invalid');
    const tools = (await call('listTools', '/v1/tools')).body.tools as readonly JsonObject[];
    const shown = tools.find(({ name }) => name === 'get_long');
    expect(shown).toMatchObject({ kind: 'openapi', untrusted: true, danger: 'low', read_only: true });
    expect(shown?.['output_schema']).toMatchObject({ type: 'object', required: ['id'] });
  });

  it('leaves out what cannot be called and says why', async () => {
    const document = documentOf({
      'POST /upload': { requestBody: { required: true, content: { 'multipart/form-data': {} } } },
      'GET /away': { parameters: [{ $ref: 'http://169.254.169.254/p.yaml#/a' }] },
      'GET /gone': { parameters: [{ name: 'a', in: 'query', schema: { $ref: '#/components/schemas/Gone' } }] },
      'GET /sid': { parameters: [{ name: 'sid', in: 'cookie', required: true, schema: {} }] },
      'GET /{missing}': {},
      'GET /fine': { operationId: 'fine' },
    });
    const { body } = await save('partly', { type: 'openapi', document });
    expect(body.warnings.map(({ message }: { message: string }) => message)).toEqual([
      'POST /upload is left out: it needs a body that is neither JSON, nor fields of a form, nor text',
      'GET /away is left out: it has a reference out of the document ("http://169.254.169.254/p.yaml#/a"): nothing is fetched',
      'GET /gone is left out: it has a reference to nothing ("#/components/schemas/Gone")',
      'GET /sid is left out: it needs a cookie or a header that a tool cannot send',
      'GET /{missing} is left out: it has a path with a parameter that it does not describe',
    ]);
    expect((await run('fine')).status).toBe(200);
  });

  it('422 for a path of the server, for a document that is none', async () => {
    const faults = async (body: object): Promise<string> =>
      JSON.stringify((await save('refused', { type: 'openapi', ...body })).body.error?.faults);
    expect(await faults({ document: '/etc/passwd' })).toContain('files of the server are not read');
    expect(await faults({ document: {} })).toContain('not an OpenAPI document');
    expect(await faults({ document: { openapi: '3.0.0', paths: {} } })).toContain('base_url');
  });
});
