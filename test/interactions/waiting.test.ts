// Requests that wait for a person: they see what another process has done, and end when their server stops.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { createDatabase } from '../support/postgres.ts';
import type { TestPerson } from '../support/people.ts';
import { startPausingWorld } from '../support/pausing-world.ts';
import type { PausingWorld } from '../support/pausing-world.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let world: PausingWorld;
let second: TestServer;
let ann: TestPerson;

beforeAll(async () => {
  database = await createDatabase();
  const config = { database_url: database.url, vault_keys: [makeMasterKey()] };
  world = await startPausingWorld(config);
  const tools = readFileSync(join(world.toolcrib.folder, 'tools.yaml'), 'utf8');
  second = await startTestServer({ tools, config: { ...config, allowed_private: ['127.0.0.1'] } });
  ann = await world.person('ann');
});
afterAll(async () => {
  await second.stop();
  await world.stop();
  await database.drop();
});

const wait = (id: string) => second.request('GET', `/v1/interactions/${id}?wait_s=30`, { key: ann.key });

test('a yes at one process ends the wait at another', async () => {
  const offer = await world.askToWire(ann, { to: 'bob' });
  const waiting = wait(offer.id);
  await world.answer(ann, offer, { do: 'yes' });
  expect((await waiting).body.status).toBe('done');
});

test('an account that is connected in any way ends what waits for it', async () => {
  verifies('INT-01');
  const paused = await world.toolcrib.request('POST', '/v1/tools/read_mail/call', { key: ann.key, body: {} });
  expect(paused.body.error.code).toBe('connect_required');
  const waiting = wait(paused.body.error.interaction.id);
  await world.toolcrib.request('POST', '/v1/credentials', {
    key: ann.key,
    body: { name: 'mail', system: 'mail', strategy: 'token', scope: 'private', fields: { token: 'token-of-ann' } },
  });
  expect((await waiting).body.status).toBe('done');
  expect((await second.request('POST', '/v1/tools/read_mail/call', { key: ann.key, body: {} })).status).toBe(200);
});

test("a shared account ends everybody's wait, a private one only its owner's", async () => {
  const [ben, cid, boss] = await Promise.all([
    world.person('ben'),
    world.person('cid'),
    world.person('boss', { role: 'admin' }),
  ]);
  const pause = async (by: TestPerson): Promise<string> => {
    const paused = await world.toolcrib.request('POST', '/v1/tools/read_mail/call', { key: by.key, body: {} });
    return paused.body.error.interaction.id as string;
  };
  const ids = [await pause(ben), await pause(cid)] as const;
  const statuses = async () => [
    (await second.request('GET', `/v1/interactions/${ids[0]}`, { key: ben.key })).body.status,
    (await second.request('GET', `/v1/interactions/${ids[1]}`, { key: cid.key })).body.status,
  ];
  const connect = (by: TestPerson, scope: string) =>
    world.toolcrib.request('POST', '/v1/credentials', {
      key: by.key,
      body: { name: scope, system: 'mail', strategy: 'token', scope, fields: { token: `token-${scope}` } },
    });
  await connect(ben, 'private');
  expect(await statuses()).toEqual(['done', 'pending']);
  await connect(boss, 'shared');
  expect(await statuses()).toEqual(['done', 'done']);
});

test('clients of the toolbox get the link in the text that they show', async () => {
  const answer = await world.toolcrib.request('POST', '/api/tool/wire_money/invoke', {
    key: ann.key,
    body: { to: 'toolbox', amount: 1 },
  });
  expect([answer.status, answer.body.code]).toEqual([409, 'approval_required']);
  expect(answer.body.error).toContain(answer.body.interaction.url);
  expect(answer.headers.get('link')).toContain(answer.body.interaction.url);
});

test('a server that stops lets those who wait go', async () => {
  const offer = await world.askToWire(ann, { to: 'late' });
  const waiting = wait(offer.id);
  await second.request('GET', '/healthz');
  await second.server.stop();
  expect((await waiting).body.status).toBe('pending');
});
