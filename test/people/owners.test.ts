// A tenant always has an owner, whatever two processes do at the same moment: two servers on one PostgreSQL.
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPerson } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { createDatabase } from '../support/postgres.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let one: TestServer;
let two: TestServer;
let database: Awaited<ReturnType<typeof createDatabase>>;

beforeAll(async () => {
  database = await createDatabase();
  const config = { database_url: database.url };
  one = await startTestServer({ config });
  two = await startTestServer({ config });
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await database.drop();
});

const ownersOf = async (): Promise<readonly { readonly user_id: string }[]> => {
  const { members } = (await one.request('GET', '/v1/members')).body;
  return members.filter(({ role }: { role: string }) => role === 'owner');
};

/** Each owner acts on the next one, all at once, by turns over the two servers. */
const round = (
  owners: readonly TestPerson[],
  act: (server: TestServer, by: TestPerson, on: string) => Promise<number>,
) =>
  Promise.all(
    owners.map((by, index) => act(index % 2 === 0 ? one : two, by, owners[(index + 1) % owners.length]?.user_id ?? '')),
  );

/** Lets all of them come as far as the rows of members, which somebody holds, and then go on at the same moment. */
async function whileHeld<T>(waiting: number, work: () => Promise<T>): Promise<T> {
  const [holder, observer] = [new Client(database.superuser_url), new Client(database.superuser_url)];
  await Promise.all([holder.connect(), observer.connect()]);
  await holder.query('begin; select 1 from toolcrib.member for update');
  const done = work();
  const blocked = `select count(*)::int as count from pg_stat_activity
    where wait_event_type = 'Lock' and datname = current_database()`;
  await expect
    .poll(async () => (await observer.query<{ count: number }>(blocked)).rows[0]?.count, { timeout: 10_000 })
    .toBe(waiting);
  await holder.query('commit');
  await Promise.all([holder.end(), observer.end()]);
  return done;
}

test.each([
  ['demote', 'PATCH', { role: 'admin' }],
  ['remove', 'DELETE', undefined],
] as const)('owners who %s each other at once leave one', async (verb, method, body) => {
  const owners = await Promise.all(
    Array.from({ length: 6 }, (_, index) => addPerson(one, { email: `${verb}${index}@x.example`, role: 'owner' })),
  );
  // The first owner goes before: only those who act remain.
  const [first] = owners;
  const { user } = (await one.request('GET', '/v1/me')).body;
  const options = { key: first?.key ?? '', body: { role: 'admin' } };
  if ((await ownersOf()).some(({ user_id }) => user_id === user.id)) {
    expect((await one.request('PATCH', `/v1/members/${user.id}`, options)).status).toBe(200);
  }
  const statuses = await whileHeld(owners.length, () =>
    round(owners, async (server, by, on) => {
      const path = `/v1/members/${on}`;
      return (await server.request(method, path, { key: by.key, ...(body === undefined ? {} : { body }) })).status;
    }),
  );
  expect(statuses).toContain(200);
  const left = await ownersOf();
  expect(left.length).toBeGreaterThanOrEqual(1);
  // The owner of this round makes room for the next.
  const last = owners.find(({ user_id }) => user_id === left[0]?.user_id);
  await one.request('PATCH', `/v1/members/${user.id}`, { key: last?.key ?? '', body: { role: 'owner' } });
});
