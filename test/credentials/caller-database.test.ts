// A PostgreSQL source that every caller opens with an account of their own: the database itself says who it was.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startAccountWorld } from '../support/account-world.ts';
import type { AccountWorld, Person } from '../support/account-world.ts';
import { createDatabase, execute } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { verifies } from '../support/verifies.ts';

let database: TestDatabase;
let world: AccountWorld;
const suffix = `${process.pid}_${Date.now().toString(36)}`;
const roles = { ada: `ada_${suffix}`, bob: `bob_${suffix}` };
const superuser = (text: string): Promise<void> => execute(inject('postgres').superuser_url, text);

beforeAll(async () => {
  database = await createDatabase();
  const { hostname, port, pathname } = new URL(database.url);
  await execute(
    database.superuser_url,
    `CREATE ROLE ${roles.ada} LOGIN PASSWORD 'ada-password'; CREATE ROLE ${roles.bob} LOGIN PASSWORD 'bob-password';
     CREATE TABLE note (owner name NOT NULL DEFAULT current_user, body text);
     ALTER TABLE note ENABLE ROW LEVEL SECURITY;
     CREATE POLICY own ON note USING (owner = current_user);
     GRANT SELECT, INSERT ON note TO ${roles.ada}, ${roles.bob};
     INSERT INTO note VALUES ('${roles.ada}', 'of ada'), ('${roles.bob}', 'of bob')`,
  );
  world = await startAccountWorld({
    sources: `  books: {kind: postgres, host: ${hostname}, port: ${port}, database: ${pathname.slice(1)}, credential: caller}
`,
    tools: `  whoami: {kind: postgres-sql, source: books, description: d, statement: SELECT current_user AS me}
  notes: {kind: postgres-sql, source: books, description: d, statement: SELECT body FROM note}
`,
  });
});
afterAll(async () => {
  await world.stop();
  await database.drop();
  await superuser(`DROP ROLE ${roles.ada}; DROP ROLE ${roles.bob}`);
});

const add = ({ key }: Person, user: string, password: string, more: object = {}) =>
  world.toolcrib.request('POST', '/v1/credentials', {
    key,
    body: { name: user, system: 'books', strategy: 'username_password', fields: { user, password }, ...more },
  });
const call = ({ key }: Person, tool: string) =>
  world.toolcrib.request('POST', `/v1/tools/${tool}/call`, { key, body: {} });
const testConnection = ({ key }: Person, id: string) =>
  world.toolcrib.request('POST', `/v1/credentials/${id}/test`, { key });

describe('a source with credential: caller', () => {
  let ada: Person;
  let bob: Person;
  beforeAll(async () => {
    [ada, bob] = [await world.person('ada'), await world.person('bob')];
  });

  test('asks to connect who has no account for it, and takes none of another system', async () => {
    await world.add(ada, { token: 'ada-1' });
    const answer = await call(ada, 'whoami');
    expect([answer.status, answer.body.error.code]).toEqual([409, 'connect_required']);
    expect(answer.body.error.message).toContain('books');
  });

  test('runs as the account of each caller, and shows each their own rows', async () => {
    verifies('DBT-16');
    expect((await add(ada, roles.ada, 'ada-password')).status).toBe(201);
    expect((await add(bob, roles.bob, 'bob-password')).status).toBe(201);
    const both = await Promise.all([ada, bob, ada, bob].map((person) => call(person, 'whoami')));
    expect(both.map(({ body }) => body.result.rows[0].me)).toEqual([roles.ada, roles.bob, roles.ada, roles.bob]);
    expect((await call(ada, 'notes')).body.result.rows).toEqual([{ body: 'of ada' }]);
    expect((await call(bob, 'notes')).body.result.rows).toEqual([{ body: 'of bob' }]);
  });

  test('says plainly that a password is no longer taken; a new one is used at once', async () => {
    verifies('DBT-16', 'CRD-07');
    const cem = await world.person('cem');
    const added = await add(cem, roles.ada, 'wrong-password');
    const { id } = added.body;
    const tested = await testConnection(cem, id);
    expect(tested.body).toEqual({ success: false, message: 'The source "books" refuses the account.' });
    const refused = await call(cem, 'whoami');
    expect([refused.status, refused.body.error.code]).toEqual([422, 'credential_refused']);
    expect((await call(cem, 'whoami')).body.error.code).toBe('connect_required');
    const fields = { user: roles.ada, password: 'ada-password' };
    await world.toolcrib.request('PATCH', `/v1/credentials/${id}`, { key: cem.key, body: { fields } });
    expect((await call(cem, 'whoami')).body.result.rows).toEqual([{ me: roles.ada }]);
    expect((await testConnection(cem, id)).body).toMatchObject({ success: true });
    const everything = [refused.text, tested.text, ...world.toolcrib.log_lines].join('\n');
    expect(everything).not.toContain('wrong-password');
    expect(everything).not.toContain('ada-password');
  });

  test('no account can name another server: only its own fields are taken', async () => {
    const eve = await world.person('eve');
    const answer = await add(eve, 'eve', 'x', { fields: { user: 'eve', password: 'x', host: 'evil.example' } });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'body_invalid']);
    const custom = await add(eve, 'eve', 'x', {
      strategy: 'custom',
      fields: { user: 'eve', password: 'x', host: 'e' },
    });
    expect(custom.status).toBe(201);
    expect((await call(eve, 'whoami')).body.error.code).toBe('connect_required');
  });
});
