// A grant in whole servers, as processes of their own: renewed by calls, refused by the service, revoked, deleted.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SpawnedServer } from '../support/spawned-server.ts';
import { startTokenWorld } from '../support/token-world.ts';
import type { TokenWorld, WorldTenant } from '../support/token-world.ts';
import { verifies } from '../support/verifies.ts';

let world: TokenWorld;
let acme: WorldTenant;
let one: SpawnedServer;
let other: SpawnedServer;

beforeAll(async () => {
  world = await startTokenWorld();
  acme = await world.tenant('acme');
  [one, other] = await Promise.all([world.serve(), world.serve()]);
});
afterAll(() => world.stop());

const hour = 3_600_000;
const refreshes = async () => (await world.provider.requests())['token:refresh_token'] ?? 0;
const rest = async (method: string, path: string, body?: unknown) => {
  const answer = await fetch(`${one.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${acme.key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // oxlint-disable-next-line typescript/no-explicit-any -- answers of every shape
  return { status: answer.status, body: (await answer.json()) as any };
};

describe('a grant in two servers', () => {
  test('fifty calls on an expired token make one renewal, and all arrive with the new token', async () => {
    verifies('OAU-04');
    const { id } = await world.connect(acme, { saved_at: Date.now() - hour });
    const before = await refreshes();
    const arrived = await Promise.all(
      Array.from({ length: 50 }, (_one, index) => world.whose(index % 2 === 0 ? one : other, acme.key)),
    );
    const stored = await world.office.tokenOf(acme.tenant_id, id);
    expect(new Set(arrived)).toEqual(new Set([stored]));
    expect(await refreshes()).toBe(before + 1);

    // A token that the service refuses is renewed once and the call made again.
    await world.store.inTenant(acme.tenant_id, (db) =>
      db
        .updateTable('credential')
        .set({ updated_at: new Date(Date.now() - hour), expires_at: null })
        .where('id', '=', id)
        .execute(),
    );
    await world.provider.endAccessToken(stored ?? '');
    const again = await world.whose(other, acme.key);
    expect(again).toBe(await world.office.tokenOf(acme.tenant_id, id));
    expect(again).not.toBe(stored);

    // Taken back at the provider: the next answer says so, in both servers.
    await world.provider.revokeGrants('ada');
    await world.store.inTenant(acme.tenant_id, (db) =>
      db
        .updateTable('credential')
        .set({ expires_at: new Date(Date.now() - hour) })
        .where('id', '=', id)
        .execute(),
    );
    expect(await world.whose(one, acme.key)).toMatch(/^(credential_refused|connect_required)$/);
    await expect.poll(() => world.whose(other, acme.key)).toBe('connect_required');
    const { body } = await rest('GET', `/v1/credentials/${id}`);
    expect(body).toMatchObject({ status: 'needs_reconnect', details: { reason: 'revoked' } });
    expect((await rest('DELETE', `/v1/credentials/${id}`)).status).toBe(200);
  });

  test('deleted: both servers use it no more, the provider refuses it, the receipt says so', async () => {
    verifies('OAU-05');
    const { id, tokens } = await world.connect(acme, { account: 'ben' });
    await expect.poll(() => world.whose(other, acme.key)).toBe(tokens.access_token);
    const { body } = await rest('DELETE', `/v1/credentials/${id}`);
    expect(body).toMatchObject({ deleted: id, receipt: { credential_id: id, outcome: 'dead', instructions: null } });
    expect(await world.provider.isAlive(tokens.access_token)).toBe(false);
    expect(await world.whose(one, acme.key)).toBe('connect_required');
    await expect.poll(() => world.whose(other, acme.key)).toBe('connect_required');
    const { body: list } = await rest('GET', '/v1/credentials/receipts?limit=1');
    expect(list.receipts).toEqual([body.receipt]);
  });
});
