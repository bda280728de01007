// Bounds on use: two stores on one PostgreSQL, each with a limiter of its own, are what two processes are to each other.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ToolcribError } from '../../server/src/base/errors.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { limits } from '../../server/src/base/limits.ts';
import { createLog } from '../../server/src/base/log.ts';
import { createUseLimiter } from '../../server/src/identity/use-limiter.ts';
import type { UseBound, UseLimiter } from '../../server/src/identity/use-limiter.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addTenant, postgresHome } from '../support/stores.ts';
import type { StoreHome } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

let home: StoreHome;
let stores: readonly Store[];
let tenant_id: string;
let now = Date.parse('2026-12-01T10:00:00Z');
let monotonic = 0;
const clock = { now: () => now, monotonic: () => monotonic };

beforeAll(async () => {
  home = await postgresHome();
  stores = [await home.open(), await home.open()];
  ({ tenant_id } = await addTenant(storeAt(0), 'one'));
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await home.remove();
});

function storeAt(index: number): Store {
  const store = stores[index];
  if (store === undefined) throw new Error('There are two stores');
  return store;
}

const limiterAt = (index: number): UseLimiter =>
  createUseLimiter({ store: storeAt(index), clock, log: createLog({ level: 'silent' }) });
const boundOf = (limit: number): UseBound => {
  return { tenant_id, subject: `key:${randomIds.uuid()}`, limit, window_ms: limits.use_window_ms, what: 'calls' };
};

/** Whether the use was let through. */
async function tryTake(limiter: UseLimiter, bound: UseBound): Promise<boolean> {
  try {
    await limiter.take(bound);
    return true;
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'rate_limited' });
    return false;
  }
}

const rounds = fc.array(fc.record({ first: fc.nat(40), second: fc.nat(40), turns: fc.boolean() }), {
  minLength: 1,
  maxLength: 5,
});

test('never more than the bound in one window over both, and nearly all of it is to be had', async () => {
  verifies('GOV-02');
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 60 }), rounds, async (limit, all) => {
      const bound = boundOf(limit);
      const both = [limiterAt(0), limiterAt(1)];
      let used = 0;
      let tried = 0;
      for (const { first, second, turns } of all) {
        if (turns) [used, tried, now] = [0, 0, now + limits.use_window_ms];
        const uses = both.flatMap((limiter, index) =>
          Array.from({ length: index === 0 ? first : second }, () => tryTake(limiter, bound)),
        );
        used += (await Promise.all(uses)).filter(Boolean).length;
        tried += uses.length;
        expect(used).toBeLessThanOrEqual(limit);
        // What lies idle in a process is at most one portion.
        const idle = Math.max(0, Math.floor(limit / limits.use_portions) - 1) * both.length;
        expect(used).toBeGreaterThanOrEqual(Math.min(tried, limit - idle));
      }
      now += limits.use_window_ms;
    }),
    { numRuns: 40 },
  );
});

test('the database is asked once for a portion, not for each use', async () => {
  let transactions = 0;
  const store: Store = {
    ...storeAt(0),
    inTenant: (tenant, work) => {
      transactions += 1;
      return storeAt(0).inTenant(tenant, work);
    },
  };
  const limiter = createUseLimiter({ store, clock, log: createLog({ level: 'silent' }) });
  const bound = boundOf(1_000);
  const uses = await Promise.all(Array.from({ length: 300 }, () => tryTake(limiter, bound)));
  expect(uses.every(Boolean)).toBe(true);
  expect(transactions).toBe(3);
  for (let use = 0; use < 900; use += 1) await tryTake(limiter, bound);
  // Ten portions, and the one that was refused; refused uses ask nothing.
  expect(transactions).toBe(11);
});

test('says when to come again', async () => {
  now = Date.parse('2026-12-01T12:00:15Z');
  const limiter = limiterAt(0);
  const bound = boundOf(1);
  await limiter.take(bound);
  const refused: unknown = await limiter.take(bound)?.catch((thrown: unknown) => thrown);
  expect(refused).toBeInstanceOf(ToolcribError);
  expect(refused).toMatchObject({ retry_after_s: 45 });
});

test('takeOne counts each use over both at once, and gives back what did no harm', async () => {
  const bound = { ...boundOf(3), window_ms: limits.sign_in_window_ms };
  const both = [limiterAt(0), limiterAt(1)];
  const take = (index: number) =>
    (both[index] ?? limiterAt(index)).takeOne(bound).then(
      () => true,
      () => false,
    );
  expect((await Promise.all([0, 1, 0, 1, 0, 1].map(take))).filter(Boolean)).toHaveLength(3);
  await both[0]?.giveBack(bound);
  expect(await take(1)).toBe(true);
  expect(await take(0)).toBe(false);
});

test('counts of windows that are over are removed', async () => {
  const limiter = limiterAt(0);
  await limiter.takeOne(boundOf(10));
  const count = async (): Promise<number> =>
    (await storeAt(1).inTenant(tenant_id, (db) => db.selectFrom('use_count').select('subject').execute())).length;
  expect(await count()).toBeGreaterThan(10);
  now += limits.sign_in_window_ms * 2;
  monotonic += limits.use_forget_ms;
  await limiter.takeOne(boundOf(10));
  await expect.poll(count).toBe(1);
});
