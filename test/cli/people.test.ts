// The commands about people and tenants: the operator's on the database, the others over a server that runs on the same one.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../server/src/cli/run.ts';
import { accept, addPerson, browse, cookieOf, goodPassword, signIn } from '../support/people.ts';
import { createDatabase } from '../support/postgres.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let toolcrib: TestServer;
let database: Awaited<ReturnType<typeof createDatabase>>;

beforeAll(async () => {
  database = await createDatabase();
  toolcrib = await startTestServer({ config: { database_url: database.url } });
});
afterAll(async () => {
  await toolcrib.stop();
  await database.drop();
});

async function run(...argv: readonly string[]) {
  let [out, err] = ['', ''];
  const code = await runCli(argv, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

const operator = (...argv: readonly string[]) => run(...argv, '--database-url', database.url);
const remote = (...argv: readonly string[]) => run(...argv, '--url', toolcrib.url, '--key', toolcrib.key);
/** The link under the address at which this server listens. */
const here = (link: string): string => `${toolcrib.url}${new URL(link.trim()).pathname}`;

describe('the first start', () => {
  test('gives the owner a link with which to set a password, beside the key', async () => {
    const { first_start } = toolcrib.server;
    expect(first_start?.invitation).toMatch(new RegExp(`^${toolcrib.url}/invitations/ti_`));
    const answer = await accept(toolcrib, first_start?.invitation ?? '');
    const me = await toolcrib.request('GET', '/v1/me', { key: '', headers: { cookie: cookieOf(answer) } });
    expect(me.body).toMatchObject({ role: 'owner', user: { email: 'owner@localhost' } });
    expect((await toolcrib.request('GET', '/v1/me')).status).toBe(200);
  });
});

describe('tenant', () => {
  test('create gives the key alone on standard output, and the owner’s link beside it', async () => {
    const { code, out, err } = await operator('tenant', 'create', 'acme', '--email', 'owner@acme.example');
    expect(code).toBe(0);
    expect(out).toMatch(/^tc_\w+\n$/);
    const [link = ''] = /http\S+/.exec(err) ?? [];
    expect((await accept(toolcrib, here(link))).status).toBe(303);
    const form = { organisation: 'acme', email: 'owner@acme.example', password: goodPassword };
    expect((await signIn(toolcrib, form)).status).toBe(303);
  });

  test('list and rename', async () => {
    expect(await operator('tenant', 'rename', 'acme', 'Acme, Inc.')).toMatchObject({ code: 0 });
    const { out } = await operator('tenant', 'list', '--json');
    expect(JSON.parse(out)).toMatchObject([
      { slug: 'acme', name: 'Acme, Inc.', suspended_at: null },
      { slug: 'default', suspended_at: null },
    ]);
    expect((await operator('tenant', 'list')).out).toMatch(/^SLUG +NAME +SINCE +STATE\nacme +Acme, Inc\. /);
    expect(await operator('tenant', 'rename', 'nobody', 'x')).toMatchObject({ code: 2 });
  });

  test('suspend lets nobody in, by no way; resume does again', async () => {
    const key = (await operator('tenant', 'create', 'shut', '--email', 'o@shut.example')).out.trim();
    const person = await addPerson(toolcrib, { email: 'p@shut.example', by: key });
    const link = (await operator('invite', '--tenant', 'shut', '--email', 'late@shut.example')).out;
    const statuses = async () => [
      (await toolcrib.request('GET', '/v1/me', { key })).status,
      (await browse(toolcrib, 'GET', '/account', { cookie: person.cookie })).status,
      (await browse(toolcrib, 'GET', new URL(here(link)).pathname)).status,
      (await signIn(toolcrib, { organisation: 'shut', email: person.email, password: person.password })).status,
    ];
    expect(await operator('tenant', 'suspend', 'shut')).toMatchObject({ code: 0 });
    await expect.poll(statuses, { timeout: 5_000, interval: 300 }).toEqual([401, 303, 404, 401]);
    await operator('tenant', 'resume', 'shut');
    expect(await statuses()).toEqual([200, 200, 200, 303]);
  });
});

describe('invite', () => {
  test('as the operator: whoever has lost the password comes in again, and the sessions of before end', async () => {
    const form = { organisation: 'default', email: 'owner@localhost', password: goodPassword };
    const before = cookieOf(await signIn(toolcrib, form));
    const { out } = await operator('invite', '--tenant', 'default', '--email', 'owner@localhost');
    const password = 'the new one of the owner';
    expect((await accept(toolcrib, here(out), password)).status).toBe(303);
    await expect.poll(async () => (await browse(toolcrib, 'GET', '/account', { cookie: before })).status).toBe(303);
    expect((await signIn(toolcrib, form)).status).toBe(401);
    expect((await signIn(toolcrib, { ...form, password })).status).toBe(303);
    const { members } = (await toolcrib.request('GET', '/v1/members')).body;
    expect(members.find(({ email }: { email: string }) => email === 'owner@localhost').role).toBe('owner');
  });

  test('over a server, with one’s own key', async () => {
    const { code, out } = await remote('invite', '--email', 'ada@x.example', '--role', 'builder');
    expect(code).toBe(0);
    expect((await accept(toolcrib, out.trim())).status).toBe(303);
    expect(await remote('invite', '--email', 'ada@x.example')).toMatchObject({ code: 1 });
    expect(await remote('invite', '--email', 'b@x.example', '--role', 'king')).toMatchObject({ code: 2 });
  });
});

describe('members', () => {
  test('list, set-role, remove', async () => {
    await addPerson(toolcrib, { email: 'grace@x.example' });
    expect((await remote('members', 'list')).out).toMatch(/grace@x\.example .* member +person/);
    expect(await remote('members', 'set-role', 'Grace@x.example', 'builder')).toMatchObject({
      out: 'grace@x.example is builder now.\n',
    });
    expect(await remote('members', 'remove', 'grace@x.example')).toMatchObject({ code: 0 });
    const gone = await remote('members', 'remove', 'grace@x.example');
    expect(gone.code).toBe(2);
    expect(gone.err).toContain('is no member');
  });
});
