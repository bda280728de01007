// The operations that end grants and list what became of them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { startAccountWorld } from '../support/account-world.ts';
import type { AccountWorld, Person } from '../support/account-world.ts';
import { operationCaller } from '../support/operation-caller.ts';
import { verifies } from '../support/verifies.ts';

let world: AccountWorld;
let ada: Person;
let bob: Person;
let zoe: Person;
beforeAll(async () => {
  world = await startAccountWorld({}, { config: { vault_keys: [makeMasterKey()] } });
  [ada, bob, zoe] = [await world.person('ada'), await world.person('bob'), await world.person('zoe', 'admin')];
});
afterAll(() => world.stop());

const call = operationCaller(() => world.toolcrib);
const revoke = (key: string, body: unknown) => call('revokeCredentials', '/v1/credentials/revoke', { key, body });
const receipts = async (key: string, query = '') => {
  const { status, body } = await call('listReceipts', `/v1/credentials/receipts${query}`, { key });
  expect(status).toBe(200);
  return body.receipts as { credential_id: string; outcome: string; instructions: string | null; user_id: string }[];
};

describe('revokeCredentials', () => {
  it('200 ends all of a person or a system at once, with receipts and what to do by hand', async () => {
    verifies('OAU-05');
    const theirs = [await world.add(ada, { token: 'a1' }), await world.add(ada, { token: 'a2', system: 'slack' })];
    const kept = await world.add(bob, { token: 'b1' });
    expect(await world.whose(ada)).toBe('a1');

    const one = await revoke(zoe.key, { user_id: ada.user_id, system: 'slack' });
    expect(one.body.receipts.map(({ credential_id }: { credential_id: string }) => credential_id)).toEqual([theirs[1]]);
    const all = await revoke(zoe.key, { user_id: ada.user_id });
    expect(all.status).toBe(200);
    expect(all.body).toMatchObject({
      receipts: [{ credential_id: theirs[0], system: 'github', outcome: 'nothing_to_revoke', user_id: ada.user_id }],
      pending: 0,
    });
    expect(all.body.receipts[0].instructions).toContain('github.com/settings');
    expect(await world.whose(ada)).toBe('connect_required');
    expect(await world.whose(bob)).toBe('b1');
    const { body } = await world.toolcrib.request('GET', '/v1/audit/changes?limit=1');
    expect(body.changes).toMatchObject([{ action: 'credential-deleted', target_id: theirs[0], user_id: zoe.user_id }]);

    expect((await revoke(zoe.key, { all: true })).body.receipts).toMatchObject([{ credential_id: kept }]);
    expect(await world.whose(bob)).toBe('connect_required');
    expect((await revoke(zoe.key, { all: true })).body).toEqual({ receipts: [], pending: 0 });
  });

  it('reaches no other tenant', async () => {
    const id = await world.add(ada, { token: 'a3' });
    const foreign = world.toolcrib.keys['other'] ?? '';
    expect((await revoke(foreign, { all: true })).body).toEqual({ receipts: [], pending: 0 });
    expect((await revoke(foreign, { user_id: ada.user_id })).body).toEqual({ receipts: [], pending: 0 });
    expect(await world.whose(ada)).toBe('a3');
    expect(await receipts(foreign)).toEqual([]);
    await revoke(zoe.key, { user_id: ada.user_id });
    expect(await receipts(ada.key, '?limit=1')).toMatchObject([{ credential_id: id }]);
  });

  it.each([{}, { all: false }, { everything: true }, { user_id: 'ada' }, { provider: '' }])(
    '400 body_invalid: %j',
    async (body) => {
      const { status, body: answer } = await revoke(zoe.key, body);
      expect(status).toBe(400);
      expect(answer.error.code).toBe('body_invalid');
    },
  );

  it('403 for whoever does not manage credentials', async () => {
    const { status, body } = await revoke(ada.key, { all: true });
    expect(status).toBe(403);
    expect(body.error.code).toBe('forbidden');
  });
});

describe('listReceipts', () => {
  it('200 shows one’s own, and all of the tenant to whoever manages credentials', async () => {
    verifies('OAU-05');
    const [mine, theirs] = [await world.add(ada, { token: 'a4' }), await world.add(bob, { token: 'b4' })];
    for (const [person, id] of [
      [ada, mine],
      [bob, theirs],
    ] as const) {
      const { body } = await call('deleteCredential', `/v1/credentials/${id}`, { key: person.key });
      expect(body).toMatchObject({ deleted: id, receipt: { credential_id: id, user_id: person.user_id } });
    }
    const ids = (await receipts(ada.key)).map(({ credential_id }) => credential_id);
    expect(ids).toContain(mine);
    expect(ids).not.toContain(theirs);
    const all = (await receipts(zoe.key)).map(({ credential_id }) => credential_id);
    expect(all.slice(0, 2)).toEqual([theirs, mine]);
  });

  it('200 in pages', async () => {
    const first = await call('listReceipts', '/v1/credentials/receipts?limit=1', { key: zoe.key });
    const second = await call('listReceipts', `/v1/credentials/receipts?limit=1&before=${first.body.next}`, {
      key: zoe.key,
    });
    expect(second.body.receipts).toHaveLength(1);
    expect(second.body.receipts[0].id < first.body.receipts[0].id).toBe(true);
  });

  it('401 without a key', async () => {
    expect((await call('listReceipts', '/v1/credentials/receipts', { key: '' })).status).toBe(401);
  });
});
