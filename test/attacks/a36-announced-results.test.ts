// A36, of results that are announced: anybody may say that one is ready, under any token. Whoever invents them fills no table,
// and keeps no real result from coming in.
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { limits } from '../../server/src/base/limits.ts';
import { startExamWorld } from '../support/exam-world.ts';
import type { ExamWorld } from '../support/exam-world.ts';
import type { TestPerson } from '../support/people.ts';
import { createDatabase, execute } from '../support/postgres.ts';

describe('A36 invented results', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let world: ExamWorld;
  let ann: TestPerson;

  beforeAll(async () => {
    database = await createDatabase();
    world = await startExamWorld({ database_url: database.url, vault_keys: [makeMasterKey()] });
    ann = await world.person('ann');
  });
  afterAll(async () => {
    await world.stop();
    await database.drop();
  });

  async function rows(): Promise<number> {
    const client = new Client(database.superuser_url);
    await client.connect();
    try {
      const found = await client.query<{ rows: string }>('select count(*) as rows from toolcrib.handoff_delivery');
      return Number(found.rows[0]?.rows);
    } finally {
      await client.end();
    }
  }

  test('leave nothing in the table', async () => {
    const { start } = await world.begin(ann);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => world.client.announce(`made-up-${index}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 422));
    expect(await rows()).toBe(0);
    expect((await world.client.announce(world.client.score(start))).status).toBe(200);
    expect(await rows()).toBe(1);
  });

  test('as many as wait at most keep no real one from coming in, which is answered alike when it comes again', async () => {
    await world.call(ann);
    const { start } = await world.begin(ann);
    await execute(
      database.superuser_url,
      `insert into toolcrib.handoff_delivery
         (tenant_id, id, client, token_hash, result_url, status, tries, leased, next_at, created_at)
       select tenant_id, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, client, sha256(n::text::bytea), 'http://127.0.0.1:1/', 'waiting', 1, false,
         now() + interval '1 hour', now()
       from (select distinct tenant_id, client from toolcrib.handoff) known, generate_series(1, ${limits.handoff_deliveries}) n`,
    );
    const token = world.client.score(start);
    expect((await world.client.announce(token)).status).toBe(200);
    expect((await world.client.announce(token)).status).toBe(200);
    // One whose client is down is not kept beside them, and is not refused for good either.
    const before = await rows();
    world.client.behave = () => ({ status: 503, body: '' });
    expect((await world.client.announce('one-more')).status).toBe(502);
    world.client.behave = undefined;
    expect(await rows()).toBe(before);
  });
});
