// A person comes in for the first time at the very moment at which somebody else makes a way into the account: one of the two
// sees what the other has done. On PostgreSQL, where two transactions really run at once.
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { ToolcribError } from '../../server/src/base/errors.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createApiKey, listApiKeys } from '../../server/src/identity/api-keys.ts';
import { createMember } from '../../server/src/identity/members.ts';
import { permissions } from '../../server/src/identity/permissions.ts';
import { beginSession, startSession } from '../../server/src/identity/sessions.ts';
import type { Database } from '../../server/src/store/scope.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addTenant, postgresHome } from '../support/stores.ts';
import type { StoreHome, TestTenant } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

let home: StoreHome;
let store: Store;
let owner: TestTenant;
let user_id: string;
let people = 0;
beforeAll(async () => {
  home = await postgresHome();
  store = await home.open();
  owner = await addTenant(store, 'acme');
});
beforeEach(async () => {
  people += 1;
  const { tenant_id } = owner;
  const person = { tenant_id, email: `new${people}@acme.example`, name: 'New', role: 'member' } as const;
  ({ user_id } = await createMember(deps(), 'operator', person));
});
afterAll(async () => {
  await store.close();
  await home.remove();
});

const deps = () => ({ store, clock: systemClock, ids: randomIds });

/** By somebody who manages members. */
function makeKey(): Promise<unknown> {
  const { tenant_id, user_id: maker_id } = owner;
  const maker = { role: 'owner', permissions: new Set(permissions), user_id: maker_id } as const;
  const actor = { user_id: maker_id, via: 'session', via_id: maker_id } as const;
  const key = { tenant_id, user_id, name: 'x', scopes: ['tools.use'], expires_at: null, maker } as const;
  return createApiKey(deps(), actor, key);
}

/** Somebody waits for a lock of another one. */
async function waits(db: Database): Promise<boolean> {
  const { rows } = await sql<{ n: number }>`select count(*)::integer as n from pg_locks where not granted`.execute(db);
  return (rows[0]?.n ?? 0) > 0;
}

const usable = async () =>
  (await listApiKeys(deps(), { tenant_id: owner.tenant_id, user_id })).filter(({ revoked_at }) => revoked_at === null);

test('A07 a key that is made while its person comes in', async () => {
  verifies('CRD-01');
  const { tenant_id } = owner;
  let made: Promise<string> | undefined;
  await store.inTenant(tenant_id, async (db) => {
    await beginSession(db, deps(), { tenant_id, user_id, via: 'sso' });
    let is_over = false;
    made = makeKey()
      .then(
        () => 'made',
        (thrown: unknown) => (thrown instanceof ToolcribError ? thrown.code : String(thrown)),
      )
      .finally(() => (is_over = true));
    await expect.poll(async () => is_over || (await waits(db)), { timeout: 10_000 }).toBe(true);
  });
  expect(await made).toBe('conflict');
  expect(await usable()).toEqual([]);
});

test('and a person who comes in right after it', async () => {
  await makeKey();
  expect(await usable()).toHaveLength(1);
  await startSession(deps(), { tenant_id: owner.tenant_id, user_id, via: 'sso' });
  expect(await usable()).toEqual([]);
});
