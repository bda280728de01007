// Secret variables, from the request that sets one to the service that gets it: of the right person, else of the tenant,
// never of another one, and never to be read again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp, ReceivedRequest } from '../support/local-http.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let service: LocalHttp;
let toolcrib: TestServer;
/** Keys: the owner of acme, two members of it, the owner of another tenant. */
let owner: string;
let ann: string;
let bob: string;
let other: string;

beforeAll(async () => {
  // Repeats everything that it is sent.
  service = await startLocalHttp(({ path, headers, body }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ path, headers, body }));
  });
  toolcrib = await startTestServer({
    tenants: ['acme', 'other'],
    config: { allowed_private: ['127.0.0.1'] },
    tools: `
sources:
  echo:
    kind: http
    baseUrl: '${service.url}'
    headers: { Authorization: 'Bearer \${secret.API_KEY}', X-Region: '\${secret.REGION:eu}' }
    queryParams: { app: '\${secret.APP:none}' }
  plain: { kind: http, baseUrl: '${service.url}' }
tools:
  fetch_it: { kind: http, source: echo, description: d, method: GET, path: /it }
  fetch_more:
    kind: http
    source: echo
    description: Says \${secret.NOTHING} in a description
    method: GET
    path: /more
    headers: { X-More: '\${secret.MORE}' }
  send_it:
    kind: http
    source: plain
    description: d
    method: POST
    path: /send
    requestBody: '{"key": {{json .key}}, "note": {{json .note}}}'
    bodyParams:
      - { name: key, type: string, description: d, variables: true }
      - { name: note, type: string, description: d, default: '' }
`,
  });
  owner = toolcrib.keys['acme'] ?? '';
  other = toolcrib.keys['other'] ?? '';
  ann = await addMember('ann');
  bob = await addMember('bob');
});
afterAll(async () => {
  await toolcrib.stop();
  await service.close();
});

const call = operationCaller(() => toolcrib);

async function addMember(name: string): Promise<string> {
  const body = { email: `${name}@acme.example`, name, role: 'member' };
  const { user_id } = (await call('createMember', '/v1/members', { body })).body;
  const key = { name, user_id, scopes: ['tools.use', 'variables.write'] };
  return (await call('createKey', '/v1/keys', { body: key })).body.secret as string;
}

function set(key: string, name: string, value: string, scope?: 'tenant') {
  const body = { value, ...(scope === undefined ? {} : { scope }) };
  return call('setVariable', `/v1/variables/${name}`, { body, key });
}

function run(key: string, tool: string, args: Readonly<Record<string, string>> = {}) {
  return call('callTool', `/v1/tools/${tool}/call`, { body: { arguments: args }, key });
}

/** What the service got of a call that must work. */
async function received(key: string, tool: string, args: Readonly<Record<string, string>> = {}) {
  const before = service.requests.length;
  const answer = await run(key, tool, args);
  expect([answer.status, answer.body.error]).toEqual([200, undefined]);
  expect(service.requests.length).toBe(before + 1);
  return { answer, request: service.requests.at(-1) as ReceivedRequest };
}

describe('setVariable, listVariables, deleteVariable', () => {
  it('200 lists names and never a value; 404 when it is not there', async () => {
    verifies('CRD-08');
    const made = await set(ann, 'LISTED', 'planted-in-the-list');
    expect(made.body).toEqual({ name: 'LISTED', scope: 'person', updated_at: expect.any(String) });
    expect((await set(owner, 'LISTED', 'of-the-tenant', 'tenant')).body.scope).toBe('tenant');
    const list = await call('listVariables', '/v1/variables', { key: ann });
    expect(list.body.variables).toMatchObject([
      { name: 'LISTED', scope: 'person' },
      { name: 'LISTED', scope: 'tenant' },
    ]);
    expect(list.text).not.toMatch(/planted|of-the-tenant/);
    expect((await call('listVariables', '/v1/variables', { key: bob })).body.variables).toHaveLength(1);
    expect((await call('listVariables', '/v1/variables', { key: other })).body.variables).toEqual([]);
    const remove = (key: string, query = '') => call('deleteVariable', `/v1/variables/LISTED${query}`, { key });
    expect((await remove(bob)).status).toBe(404);
    expect((await remove(ann)).body).toEqual({ deleted: 'LISTED' });
    expect((await remove(ann)).status).toBe(404);
    expect((await remove(other, '?scope=tenant')).status).toBe(404);
    expect((await remove(owner, '?scope=tenant')).status).toBe(200);
    expect((await call('listVariables', '/v1/variables', { key: ann })).body.variables).toEqual([]);
  });

  it("403 for the tenant's by a member", async () => {
    expect((await set(ann, 'X', 'x', 'tenant')).body.error.code).toBe('forbidden');
    const removed = await call('deleteVariable', '/v1/variables/X?scope=tenant', { key: ann });
    expect(removed.body.error.code).toBe('forbidden');
  });

  it.each(['9lives', 'a-b', 'a.b', '%20', 'x'.repeat(101)])('400 for the name %s', async (name) => {
    expect((await set(ann, name, 'x')).body.error.code).toBe('body_invalid');
  });

  it('409 for too many, which can still be changed', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `MANY_${index}`);
    for (const name of names) expect((await set(other, name, name)).status).toBe(200);
    expect((await set(other, 'ONE_MORE', 'x')).body.error.code).toBe('conflict');
    expect((await set(other, 'MANY_1', 'again')).status).toBe(200);
  });
});

describe('toolcrib variables', () => {
  const entry = fileURLToPath(new URL('../../server/bin/toolcrib.js', import.meta.url));
  async function toolcribCli(words: readonly string[], stdin = '') {
    const env = { PATH: process.env['PATH'], TOOLCRIB_URL: toolcrib.url, TOOLCRIB_KEY: bob };
    const child = spawn(process.execPath, [entry, 'variables', ...words], { env, stdio: 'pipe' });
    child.stdin.end(stdin);
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { out, err, code: code as number };
  }

  it('set takes the value from standard input, list shows names, delete', { timeout: 60_000 }, async () => {
    verifies('CRD-08');
    const set_it = await toolcribCli(['set', 'FROM_CLI'], 'planted-cli\n');
    expect(set_it).toEqual({ code: 0, out: '', err: 'FROM_CLI is set.\n' });
    expect(await toolcribCli(['set', 'FROM_CLI', 'planted-word'])).toMatchObject({ code: 2, out: '' });
    const { request } = await received(bob, 'send_it', { key: '<$FROM_CLI>' });
    expect(JSON.parse(request.body)).toMatchObject({ key: '<planted-cli>' });
    const list = await toolcribCli(['list']);
    expect(list).toMatchObject({ code: 0, out: expect.stringMatching(/^NAME +OF +CHANGED\nFROM_CLI +you /) as string });
    expect((await toolcribCli(['delete', 'FROM_CLI'])).code).toBe(0);
    expect(await toolcribCli(['delete', 'FROM_CLI'])).toMatchObject({ code: 1, out: '' });
  });
});

describe('in headers and queries of a source', () => {
  it('422 names the variable that is missing, before anything is sent', async () => {
    verifies('CRD-08');
    const before = service.requests.length;
    const { status, body } = await run(ann, 'fetch_it');
    expect([status, body.error.code]).toEqual([422, 'variable_missing']);
    expect(body.error.message).toContain('"API_KEY"');
    expect(service.requests.length).toBe(before);
  });

  it("takes the person's own, else the tenant's, and sees a change at once", async () => {
    verifies('CRD-08');
    await set(owner, 'API_KEY', 'key-of-the-tenant', 'tenant');
    await set(ann, 'API_KEY', 'key-of-ann');
    await set(bob, 'REGION', 'us');
    const of = async (key: string) => {
      const { request } = await received(key, 'fetch_it');
      return [request.headers.authorization, request.headers['x-region'], request.path];
    };
    expect(await of(ann)).toEqual(['Bearer key-of-ann', 'eu', '/it?app=none']);
    expect(await of(bob)).toEqual(['Bearer key-of-the-tenant', 'us', '/it?app=none']);
    expect(await of(owner)).toEqual(['Bearer key-of-the-tenant', 'eu', '/it?app=none']);
    await set(ann, 'API_KEY', 'second-key-of-ann');
    await set(ann, 'APP', 'a&b=c d');
    expect(await of(ann)).toEqual(['Bearer second-key-of-ann', 'eu', '/it?app=a%26b%3Dc+d']);
    await call('deleteVariable', '/v1/variables/API_KEY', { key: ann });
    expect((await of(ann))[0]).toBe('Bearer key-of-the-tenant');
    expect((await run(other, 'fetch_it')).body.error.code).toBe('variable_missing');
  });

  it('a tool adds its own, and what only looks like a variable is sent as it is', async () => {
    await set(owner, 'API_KEY', '${secret.MORE} $MORE $$', 'tenant');
    expect((await run(bob, 'fetch_more')).body.error.message).toContain('"MORE"');
    await set(bob, 'MORE', 'more-of-bob');
    const { request } = await received(bob, 'fetch_more');
    expect(request.headers).toMatchObject({
      authorization: 'Bearer ${secret.MORE} $MORE $$',
      'x-more': 'more-of-bob',
    });
  });

  it('400 when the value cannot stand in a header, without the value', async () => {
    await set(bob, 'MORE', 'planted\r\nX-Injected: yes');
    const refused = await run(bob, 'fetch_more');
    expect(refused.status).toBe(400);
    expect(refused.text).not.toContain('planted');
  });
});

describe('in arguments', () => {
  it('only of parameters that say so', async () => {
    verifies('CRD-08');
    await set(ann, 'SENT', 'secret-that-ann-sends');
    const args = { key: 'a $SENT b ${SENT} c ${NONE:default} $$', note: '$SENT ${SENT}' };
    const { request } = await received(ann, 'send_it', args);
    expect(JSON.parse(request.body)).toEqual({
      key: 'a secret-that-ann-sends b secret-that-ann-sends c default $',
      note: '$SENT ${SENT}',
    });
    const { body } = await run(bob, 'send_it', { key: '$SENT' });
    expect(body.error).toMatchObject({ code: 'variable_missing', message: expect.stringContaining('"SENT"') });
  });

  it('the audit digests what was given, and the same call of another person has the same digest', async () => {
    await set(bob, 'SENT', 'secret-that-bob-sends');
    const digests = await Promise.all(
      [ann, bob].map(async (key) => {
        const { answer } = await received(key, 'send_it', { key: '$SENT' }).catch(async () => ({
          answer: await run(key, 'send_it', { key: '$SENT' }),
        }));
        return answer.body.call_id as string;
      }),
    );
    const { calls } = (await call('listCalls', '/v1/audit/calls')).body;
    const found = calls.filter((one: { id: string }) => digests.includes(one.id));
    expect(found).toHaveLength(2);
    expect(found[0].arguments_digest).toBe(found[1].arguments_digest);
  });
});

it('no value is in an answer, although the service repeats it, nor in a log', async () => {
  const values = ['key-of-ann', 'second-key-of-ann', 'key-of-the-tenant', 'secret-that-ann-sends', 'more-of-bob'];
  await set(ann, 'API_KEY', 'planted-answer');
  const { answer, request } = await received(ann, 'fetch_it');
  expect(request.headers.authorization).toBe('Bearer planted-answer');
  expect(answer.text).toContain('Bearer [secret API_KEY]');
  const sent = await received(ann, 'send_it', { key: '$SENT' });
  expect(sent.answer.text).toContain('[secret SENT]');
  const seen = [answer.text, sent.answer.text, ...toolcrib.log_lines].join('\n');
  for (const value of [...values, 'planted']) expect(seen).not.toContain(value);
});
