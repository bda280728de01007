// A25: a yes is good for one call, of one person, with the tool, arguments and account that were shown; nothing of it can be
// swapped afterwards, and it cannot be used twice, however many try at once.
import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { createDatabase } from '../support/postgres.ts';
import type { TestPerson } from '../support/people.ts';
import { offerOf, startPausingWorld } from '../support/pausing-world.ts';
import type { PausingWorld } from '../support/pausing-world.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

describe('A25 an approval is replayed or swapped', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let world: PausingWorld;
  /** Another process on the same database. */
  let second: TestServer;
  let ann: TestPerson;
  let eve: TestPerson;
  let mallory: TestPerson;
  let serial = 0;

  beforeAll(async () => {
    database = await createDatabase();
    const config = { database_url: database.url, vault_keys: [makeMasterKey()] };
    world = await startPausingWorld(config);
    const tools = readFileSync(join(world.toolcrib.folder, 'tools.yaml'), 'utf8');
    second = await startTestServer({ tools, config: { ...config, allowed_private: ['127.0.0.1'] } });
    ann = await world.person('ann');
    eve = await world.person('eve');
    mallory = await world.person('mallory', { tenant: 'other' });
  });
  afterAll(async () => {
    await second.stop();
    await world.stop();
    await database.drop();
  });

  /** A call that nobody has made before, with the yes of its person. */
  async function approved(by: TestPerson = ann): Promise<{ readonly to: string; readonly amount: number }> {
    const args = { to: `bob${(serial += 1)}`, amount: 5 };
    const offer = await world.askToWire(by, args);
    expect((await world.answer(by, offer, { do: 'yes' })).status).toBe(303);
    return args;
  }

  const call = (by: TestPerson, name: string, args: object, at: TestServer = world.toolcrib) =>
    at.request('POST', `/v1/tools/${name}/call`, { key: by.key, body: { arguments: args } });
  const sent = (to: string): number => world.wires().filter((wire) => wire.to === to).length;

  test('64 calls at once, over two processes: exactly one runs', async () => {
    verifies('INT-02');
    const args = await approved();
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        call(ann, 'wire_money', args, index % 2 === 0 ? world.toolcrib : second),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const waiting = answers.filter(({ status }) => status === 409).map((answer) => offerOf(answer).id);
    expect(waiting).toHaveLength(63);
    expect(new Set(waiting).size).toBe(1);
    expect(sent(args.to)).toBe(1);
  });

  test('replayed: the second call asks again', async () => {
    const args = await approved();
    expect((await call(ann, 'wire_money', args)).status).toBe(200);
    expect((await call(ann, 'wire_money', args)).body.error.code).toBe('approval_required');
    expect(sent(args.to)).toBe(1);
  });

  test('in another workspace, where the tool has other settings', async () => {
    expect((await world.toolcrib.request('POST', '/v1/workspaces', { body: { slug: 'lab' } })).status).toBe(201);
    const { body } = await world.fromBrowser(ann, 'POST', '/v1/keys', { name: 'lab', workspace: 'lab' });
    const args = await approved();
    const swapped = await call({ ...ann, key: body.secret }, 'wire_money', args);
    expect(swapped.body.error.code).toBe('approval_required');
    expect((await call(ann, 'wire_money', args)).status).toBe(200);
    expect(sent(args.to)).toBe(1);
  });

  test('with other arguments, however alike', async () => {
    verifies('INT-02');
    const args = await approved();
    for (const other of [
      { ...args, amount: 6 },
      { ...args, to: `${args.to} ` },
      { ...args, to: `${args.to}\u200b` },
      { ...args, to: args.to.toUpperCase() },
    ]) {
      expect((await call(ann, 'wire_money', other)).body.error.code).toBe('approval_required');
      expect(sent(other.to)).toBe(0);
    }
    // In another order they are the same.
    expect((await call(ann, 'wire_money', { amount: args.amount, to: args.to })).status).toBe(200);
  });

  test('by another person, of the tenant and of another', async () => {
    verifies('INT-02');
    const args = await approved();
    expect((await call(eve, 'wire_money', args)).body.error.code).toBe('approval_required');
    expect((await call(mallory, 'wire_money', args)).body.error.code).toBe('approval_required');
    expect(sent(args.to)).toBe(0);
    expect((await call(ann, 'wire_money', args)).status).toBe(200);
  });

  test('for another version of the tool', async () => {
    const args = await approved();
    const file = join(world.toolcrib.folder, 'tools.yaml');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace('path: /wire', 'path: /wire?all=1'));
    await world.toolcrib.server.reload();
    expect((await call(ann, 'wire_money', args)).body.error.code).toBe('approval_required');
    writeFileSync(file, before);
    await world.toolcrib.server.reload();
    expect((await call(ann, 'wire_money', args)).status).toBe(200);
    expect(sent(args.to)).toBe(1);
  });

  test('with another account', async () => {
    verifies('INT-02');
    const account = (name: string, token: string) =>
      world.toolcrib.request('POST', '/v1/credentials', {
        key: ann.key,
        body: { name, system: 'mail', strategy: 'token', scope: 'private', fields: { token } },
      });
    const first = (await account('first', 'token-of-the-first')).body;
    const offer = offerOf(await call(ann, 'send_mail', {}));
    expect(offer.kind).toBe('approve');
    await world.answer(ann, offer, { do: 'yes' });
    const other = (await account('other', 'token-of-the-other')).body;
    const choose = (credential_id: string) =>
      world.toolcrib.request('PUT', '/v1/choices/send_mail', { key: ann.key, body: { credential_id } });
    expect((await choose(other.id)).status).toBeLessThan(300);
    expect((await call(ann, 'send_mail', {})).body.error.code).toBe('approval_required');
    await choose(first.id);
    expect((await call(ann, 'send_mail', {})).status).toBe(200);
    const mails = world.service.requests.filter(({ path }) => path === '/mail');
    expect(mails.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-of-the-first']);
  });

  test('with other secrets in the same account', async () => {
    verifies('INT-02');
    const gil = await world.person('gil');
    const fields = (token: string) => ({ fields: { token } });
    const body = { name: 'mine', system: 'mail', strategy: 'token', ...fields('token-of-a-test-account') };
    const { id } = (await world.toolcrib.request('POST', '/v1/credentials', { key: gil.key, body })).body;
    await world.answer(gil, offerOf(await call(gil, 'send_mail', {})), { do: 'yes' });
    const swapped = { key: gil.key, body: fields('token-of-the-real-account') };
    expect((await world.toolcrib.request('PATCH', `/v1/credentials/${id}`, swapped)).status).toBe(200);
    const again = await call(gil, 'send_mail', {});
    expect(again.body.error.code).toBe('approval_required');
    await world.answer(gil, offerOf(again), { do: 'yes' });
    expect((await call(gil, 'send_mail', {})).status).toBe(200);
  });

  test('with another value of a secret variable', async () => {
    verifies('INT-02');
    const name = (value: string) =>
      world.toolcrib.request('PUT', '/v1/variables/TARGET', { key: ann.key, body: { value, scope: 'person' } });
    expect((await name('bob-the-good')).status).toBeLessThan(300);
    const args = { to: '$TARGET' };
    const offer = offerOf(await call(ann, 'wire_as_named', args));
    await world.answer(ann, offer, { do: 'yes' });
    await name('eve-the-bad');
    expect((await call(ann, 'wire_as_named', args)).body.error.code).toBe('approval_required');
    await name('bob-the-good');
    expect((await call(ann, 'wire_as_named', args)).status).toBe(200);
    expect([sent('bob-the-good'), sent('eve-the-bad')]).toEqual([1, 0]);
  });
});
