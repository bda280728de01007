// A05: every way in which a tenant, a pack, a document or another server can give the server a URL, each with every form of an
// address that leads inside. What listens there is never connected to, and the answer says nothing of it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ResolveName } from '../../server/src/base/http-client.ts';
import { sourceKinds } from '../../server/src/kinds/kinds.ts';
import { operations } from '../../server/src/surfaces/rest/operations.ts';
import { startExamClient } from '../support/exam-client.ts';
import type { ExamClient } from '../support/exam-client.ts';
import { pressStart } from '../support/exam-world.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp, Respond } from '../support/local-http.ts';
import { startPackWorld } from '../support/pack-world.ts';
import type { PackWorld } from '../support/pack-world.ts';
import { addPerson, browse } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import type { Answer } from '../support/test-server.ts';
import { hostileSite, publicHost } from './hostile-site.ts';

const planted = 'planted-inside';
/** Hosts of the URLs that are tried. */
const forms: readonly string[] = [
  ...['127.0.0.1', 'localhost', 'LOCALHOST.', 'x.localhost', '127.1', '2130706433', '0177.0.0.1', '0x7f000001'],
  ...['0x7f.1', '１２７。０。０。１', '0.0.0.0', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[0:0:0:0:0:ffff:7f00:1]'],
  ...['[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[::127.0.0.1]', '169.254.169.254', '[fd00:ec2::254]', '10.0.0.1'],
  ...['192.168.0.1', '100.100.100.200', '[fe80::1]', 'inside.example', 'both.example', 'mapped.example'],
];
const few_forms = ['127.0.0.1', 'localhost', '2130706433', '[::ffff:127.0.0.1]', '169.254.169.254', 'inside.example'];
/** What the names mean; each answer to `rebinding.example` is another one. */
const names: Readonly<Record<string, readonly string[]>> = {
  'inside.example': ['127.0.0.1'],
  'both.example': [publicHost, '127.0.0.1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  localhost: ['127.0.0.1', '::1'],
};
let asked = 0;
const resolve: ResolveName = (name) => {
  const plain = name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^.*\.localhost$/, 'localhost');
  const rebound = (asked += 1) % 2 === 1 ? [publicHost] : ['127.0.0.1'];
  const found = plain === 'rebinding.example' ? rebound : (names[plain] ?? []);
  return Promise.resolve(found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
};

const packs = {
  'reach/manifest.yaml': `
code: reach
display_name: Reach
version: "1.0.0"
type: feature
config:
  schema: [{ name: base_url, type: string }]
tools:
  - { name: reach_fetch, backend: 'tools:reach' }
  - { name: reach_far, remote: { tool_type: a, action: b }, description: Far., input_schema: { type: object } }
`,
  'reach/tools.ts': `
import { defineTool } from '@toolcrib/client';
export const reach = defineTool({
  name: 'reach_fetch', description: 'Fetches.', read_only: true,
  input: { type: 'object', properties: { url: { type: 'string' } }, required: ['url'] },
  run: async ({ url }, ctx) => ({ status: (await ctx.fetch(url)).status }),
});
`,
  'reach/routes.ts': `
import { defineRoute } from '@toolcrib/client';
export const look = defineRoute({
  method: 'GET', path: '/look', permission: 'packs.read',
  handler: async ({ query }, ctx) => (await ctx.fetch(query['url'])).text(),
});
`,
};

const tools = `
sources: {}
tools:
  asks:
    kind: input
    description: Asks.
    message: Well, {{.n}}?
    parameters: [{ name: n, type: integer, description: Any }]
    form: { type: object, properties: { a: { type: string } }, required: [a] }
`;

let inside: LocalHttp;
let outside: LocalHttp;
let world: PackWorld;
let client: ExamClient;
let person: TestPerson;

beforeAll(async () => {
  const answer: Respond = (_request, response) => response.end(JSON.stringify({ success: true, result: planted }));
  inside = await startLocalHttp(answer);
  outside = await startLocalHttp(hostileSite(inside.port), publicHost, inside.port);
  world = await startPackWorld({
    packs,
    tools,
    resolve,
    config: { allowed_private: [publicHost], packs_bundled: true },
  });
  client = await startExamClient();
  client.root = `${world.url}/`;
  person = await addPerson(world, { email: 'ann@default.example' });
  for (const code of ['reach', 'http_request']) await put(`/v1/packs/${code}`, { enabled: true });
});
afterAll(async () => {
  await world.stop();
  await Promise.all([inside.close(), outside.close(), client.close()]);
});

const put = (path: string, body: object): Promise<Answer> => world.request('PUT', path, { body });
const post = (path: string, body: object = {}): Promise<Answer> => world.request('POST', path, { body });
const call = (tool: string, args: object = {}, more: object = {}): Promise<Answer> =>
  post(`/v1/tools/${tool}/call`, { arguments: args, ...more });

/** The first answer that is an error, else the last one. */
async function inTurn(...steps: readonly (() => Promise<Answer>)[]): Promise<Answer> {
  let last: Answer | undefined;
  for (const step of steps) if ((last = await step()).status >= 400) break;
  if (last === undefined) throw new Error('Nothing was asked');
  return last;
}

const define = (entity: string, name: string, body: object) => () => put(`/v1/definitions/${entity}/${name}`, body);
const document = (more: object) => ({
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  paths: { '/a': { get: { operationId: 'a', responses: { 200: { description: 'd' } } } } },
  ...more,
});
const at = (how: string, url: string): string =>
  `http://${publicHost}:${outside.port}/m/${how}/${Buffer.from(url).toString('base64url')}`;

interface Way {
  /** Which kind of source it is about. */
  readonly kind?: string;
  readonly schemes?: readonly string[];
  /** Nothing fails where a redirection or a reference is not followed. */
  readonly may_succeed?: true;
  /** Codes of all answers, in order; `address_refused` alone when absent. */
  readonly answers?: string;
  /** Takes seconds: one form of every kind is tried. */
  readonly is_slow?: true;
  readonly go: (url: string, number: number) => Promise<Answer>;
}

const mirrored = (url: string, more: object = {}) =>
  inTurn(define('source', 'mcp_a', { type: 'mcp', url, ...more }), () => post('/v1/sources/mcp_a/mirror'));
const connect = async (n: number, provider: string, options: object) => {
  const client_of = { provider, name: `c${n}`, client_id: 'c', client_secret: 's', options };
  const made = await post('/v1/oauth-clients', client_of);
  if (made.status >= 400) return made;
  const answer = await post('/v1/connect/device', { provider, oauth_client_id: made.body.id });
  // A person has few.
  await world.request('DELETE', `/v1/oauth-clients/${made.body.id}`);
  return answer;
};
const httpTool = (url: string) =>
  inTurn(
    define('source', 'http_a', { kind: 'http', baseUrl: url }),
    define('tool', 'http_a', { kind: 'http', source: 'http_a', method: 'GET', path: '/', description: 'd' }),
    () => call('http_a'),
  );
const remoteTool = (url: string) =>
  inTurn(
    define('source', 'far_a', { kind: 'remote', base_url: url }),
    define('tool', 'far_a', { kind: 'remote', source: 'far_a', tool_type: 'a', action: 'b', description: 'd' }),
    () => call('far_a'),
  );
const openapiTool = (more: object, servers: object = {}) =>
  inTurn(define('source', 'api_a', { type: 'openapi', prefix: 'api_a_', document: document(servers), ...more }), () =>
    call('api_a_a'),
  );

const ways: Readonly<Record<string, Way>> = {
  'http: baseUrl': { kind: 'http', go: httpTool },
  'http: a redirection': { may_succeed: true, go: (url) => httpTool(at('redirect', url)) },
  'remote: base_url': { kind: 'remote', go: remoteTool },
  'remote: a redirection': {
    answers: 'remote_invalid',
    go: (url) => remoteTool(at('redirect', url)),
  },
  'openapi: base_url': { kind: 'openapi', go: (url) => openapiTool({ base_url: url }) },
  'openapi: servers of the document': { go: (url) => openapiTool({}, { servers: [{ url }] }) },
  'openapi: a reference of a definition': {
    answers: 'tool_not_found',
    go: (url) => {
      const paths = { '/a': { get: { operationId: 'a', parameters: [{ $ref: url }], responses: {} } } };
      return openapiTool({}, { servers: [{ url: `http://${publicHost}:${outside.port}` }], paths });
    },
  },
  'openapi: the URL of an inspection': { go: (url) => post('/v1/openapi/inspect', { url }) },
  'openapi: a redirection of an inspection': { go: (url) => post('/v1/openapi/inspect', { url: at('redirect', url) }) },
  'openapi: a reference of an inspected document': {
    answers: '200',
    may_succeed: true,
    go: (url) => post('/v1/openapi/inspect', { document: document({ paths: { '/a': { $ref: url } } }) }),
  },
  'mcp: url': { kind: 'mcp', go: (url) => mirrored(url) },
  'mcp: a redirection': {
    answers: 'source_unavailable',
    go: (url) => mirrored(at('redirect', url)),
  },
  'mcp: the metadata that a refusal names': {
    answers: 'connect_required',
    go: (url) => mirrored(at('challenge', url), { credential: 'caller' }),
  },
  'mcp: the authorization server': {
    answers: 'conflict',
    go: (url) => mirrored(at('servers', url), { credential: 'caller' }),
  },
  'mcp: where to register': {
    answers: 'conflict',
    go: (url) => mirrored(at('registration', url), { credential: 'caller' }),
  },
  'mcp: metadata that redirect': {
    answers: 'connect_required',
    go: (url) => mirrored(at('moved', url), { credential: 'caller' }),
  },
  'handoff: result_url': {
    answers: '422 definition_invalid',
    kind: 'handoff',
    is_slow: true,
    go: async (url, n) => {
      const source = { kind: 'handoff', start_url: client.start_url, result_url: url };
      const defined = await inTurn(
        define('source', `exam${n}`, source),
        define('tool', `exam${n}`, { kind: 'handoff', source: `exam${n}`, slug: `exam-${n}`, description: 'd' }),
      );
      if (defined.status >= 400) return defined;
      const paused = await world.request('POST', `/v1/tools/exam${n}/call`, { key: person.key, body: {} });
      const { id } = paused.body.pending ?? paused.body.error.interaction;
      const pressed = await pressStart(world, person, id);
      const { body } = await client.arrive(pressed.headers.get('location') ?? '');
      const told = await client.announce(client.score(body.data), `exam${n}`);
      return { ...told, status: told.body.error === undefined ? told.status : 422 };
    },
  },
  'a webhook': {
    answers: 'body_invalid input_required',
    is_slow: true,
    go: async (url, n) => {
      const asked_for = await call('asks', { n }, { webhook: { url } });
      const offer = asked_for.body.error?.interaction ?? asked_for.body.pending;
      if (offer === undefined) return asked_for;
      await post(`/v1/interactions/${offer.id}/cancel`);
      const deliveries = () => world.request('GET', '/v1/webhook-deliveries');
      const own = ({ body }: Answer) =>
        body.deliveries.find((one: { interaction_id: string }) => one.interaction_id === offer.id);
      await expect.poll(async () => own(await deliveries())?.state, { timeout: 10_000 }).toBe('failed');
      return { ...asked_for, status: 422, text: JSON.stringify({ ...own(await deliveries()), host: '' }) };
    },
  },
  'the issuer of a sign-on': {
    answers: 'body_invalid',
    go: (issuer, n) =>
      post('/v1/sign-ons', { name: `s${n}`, issuer, client_id: 'c', client_secret: 's', domains: [], role: 'member' }),
  },
  'OAuth: issuer': {
    answers: 'address_refused body_invalid',
    go: (issuer, n) => connect(n, 'generic-oidc', { issuer }),
  },
  'OAuth: device_url': {
    answers: 'address_refused body_invalid',
    go: (url, n) =>
      connect(n, 'generic-oauth2', { authorize_url: `${url}/a`, token_url: `${url}/t`, device_url: `${url}/d` }),
  },
  'OAuth: host': {
    answers: 'address_refused body_invalid',
    schemes: ['https'],
    go: (url, n) => connect(n, 'gitlab', { host: new URL(url).host }),
  },
  'pack: base_url': {
    go: (url) =>
      inTurn(
        () => put('/v1/packs/reach/settings', { connection_type: 'local', config: { base_url: url } }),
        () => call('reach_far'),
      ),
  },
  'pack: remote_cluster_url': {
    go: (url) =>
      inTurn(
        () =>
          put('/v1/packs/reach/settings', {
            ...{ connection_type: 'remote', remote_cluster_url: url, remote_connection_id: 'c' },
          }),
        () => call('reach_far'),
      ),
  },
  'pack: ctx.fetch of a function': { go: (url) => call('reach_fetch', { url }) },
  'pack: a redirection of ctx.fetch': {
    answers: '200',
    may_succeed: true,
    go: (url) => call('reach_fetch', { url: at('redirect', url) }),
  },
  'pack: ctx.fetch of a settings endpoint': {
    go: (url) => world.request('GET', `/packs/reach/look?url=${encodeURIComponent(url)}`),
  },
  'pack: http_request': { go: (url) => call('http_request', { url }) },
};

let number = 0;
/** Tries one URL and gives what came of it. */
async function attempt(way: Way, url: string): Promise<Answer> {
  const before = inside.connections();
  const answer = await way.go(url, (number += 1));
  expect([url, inside.connections() - before]).toEqual([url, 0]);
  expect(answer.text).not.toContain(planted);
  // Few may wait for one person.
  const waiting = answer.body?.error?.interaction?.id as string | undefined;
  if (waiting !== undefined) await post(`/v1/interactions/${waiting}/cancel`);
  return answer;
}

describe('A05 a URL of somebody else', () => {
  test.each(Object.entries(ways))('%s', { timeout: 60_000 }, async (name, way) => {
    const seen = new Set<string>();
    for (const scheme of way.schemes ?? ['http', 'https']) {
      // Over TLS the same connections are opened.
      const has_all = way.is_slow !== true && (scheme === 'http' || way.schemes !== undefined);
      for (const host of has_all ? forms : few_forms) {
        const url = `${scheme}://${host}:${inside.port}/x`;
        const { status, text, body } = await attempt(way, url);
        seen.add(String(body?.error?.code ?? status));
        if (way.may_succeed === true) continue;
        expect([url, status >= 400 || text.includes('"document":null'), status], text).toEqual([url, true, status]);
        expect([url, status === 500], text).toEqual([url, false]);
        // Neither where it leads, nor which of the reasons for no answer it was.
        expect(text.replaceAll(world.url, '').replaceAll(outside.url, '')).not.toMatch(
          new RegExp(`127\\.0\\.0\\.1|ECONN|:${inside.port}`),
        );
      }
      // The second time the name means another address; the first one is public, and may be reached.
      for (let turn = 0; turn < 2; turn += 1) {
        await attempt(way, `${scheme}://rebinding.example:${inside.port}/x`);
      }
    }
    expect(`${name}: ${[...seen].toSorted().join(' ')}`).toBe(`${name}: ${way.answers ?? 'address_refused'}`);
  });

  test('the listener inside would be noticed, and the one outside was reached', async () => {
    const before = inside.connections();
    await fetch(inside.url);
    expect(inside.connections() - before).toBe(1);
    expect(outside.connections()).toBeGreaterThan(0);
  });
});

describe('A05 the list of ways is whole', () => {
  test('every kind of source that tenants define', () => {
    const kinds = sourceKinds.filter(({ for_tenants }) => for_tenants !== undefined).map(({ type }) => type);
    const tried = Object.values(ways).flatMap(({ kind }) => kind ?? []);
    expect(tried.toSorted()).toEqual(kinds.toSorted());
  });

  test('every field of an operation that could hold a URL', () => {
    const found = operations.flatMap(({ id, body }) => {
      if (body === undefined) return [];
      const schema = JSON.stringify(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }));
      const properties = [...schema.matchAll(/"(\w*(?:url|uri|issuer|host|origin|address|endpoint|link)\w*)":\{/gi)];
      return [...new Set(properties.map(([, name]) => `${id} ${name}`))];
    });
    const tried = ['callTool url', 'createSignOn issuer', 'inspectOpenapi url', 'setPackSettings remote_cluster_url'];
    expect(found.toSorted()).toEqual(tried.toSorted());
  });

  test('links to a person in the answers of the server are fetched by nobody', async () => {
    const before = inside.connections();
    const description = `![a](${inside.url}/a.png) <img src="${inside.url}/b.png"> ${inside.url}`;
    await define('source', 'linked', { kind: 'http', baseUrl: outside.url })();
    const tool = { kind: 'http', source: 'linked', method: 'GET', path: '/', description };
    expect((await define('tool', 'linked', tool)()).status).toBe(200);
    await world.request('GET', '/v1/tools/linked');
    await browse(world, 'GET', '/tools', { cookie: person.cookie });
    expect(inside.connections() - before).toBe(0);
  });
});
