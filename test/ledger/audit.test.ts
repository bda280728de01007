// The audit on both forms of the store, and through the outages of a real server.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { createAuditWriter } from '../../server/src/ledger/audit.ts';
import { insertCalls } from '../../server/src/ledger/insert-calls.ts';
import { listCalls } from '../../server/src/ledger/list-calls.ts';
import { openStore } from '../../server/src/store/store.ts';
import type { Store } from '../../server/src/store/store.ts';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { callOf } from '../support/audit-chain.ts';
import { addTenant, storeForms } from '../support/stores.ts';
import type { StoreHome } from '../support/stores.ts';
import { verifies } from '../support/verifies.ts';

const deps = { clock: systemClock, log: createLog({ level: 'silent' }) };

describe.each(storeForms)('%s', (_form, makeHome) => {
  let home: StoreHome;
  let store: Store;

  beforeAll(async () => {
    home = await makeHome();
    store = await home.open();
  });
  afterAll(async () => {
    await store.close();
    await home.remove();
  });
  const newTenant = async (): Promise<string> => (await addTenant(store, `t${randomIds.uuid().slice(-12)}`)).tenant_id;

  test('a record comes back as it was handed over, to its tenant only', async () => {
    verifies('TEN-02');
    const [tenant_id, other] = [await newTenant(), await newTenant()];
    const records = [
      callOf(tenant_id),
      callOf(tenant_id, { outcome: 'error', error_code: 'tool_failed', tool_version: null, result_rows: null }),
    ];
    const writer = createAuditWriter({ store, durability: 'before_answer', ...deps });
    await Promise.all(records.map(async (record) => writer.append(record)));
    const linked = records.map((record, index) => ({ ...record, seq: index + 1 }));
    expect(await listCalls(store, tenant_id, { limit: 10 })).toEqual(linked.toReversed());
    expect(await listCalls(store, other, { limit: 10 })).toEqual([]);
    await writer.close();
  });

  test('writing a record again changes nothing', async () => {
    verifies('OPS-01');
    const tenant_id = await newTenant();
    const record = callOf(tenant_id);
    await insertCalls(store, [record]);
    await insertCalls(store, [{ ...record, tool: 'other' }, record, callOf(tenant_id)]);
    const calls = await listCalls(store, tenant_id, { limit: 10 });
    expect(calls).toHaveLength(2);
    expect(calls[1]).toEqual({ ...record, seq: 1 });
  });

  test('pages go back in time without gap or overlap', async () => {
    const tenant_id = await newTenant();
    const records = Array.from({ length: 7 }, () => callOf(tenant_id));
    await insertCalls(store, records);
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page = await listCalls(store, tenant_id, { limit: 3, before });
      seen.push(...page.map(({ id }) => id));
      before = page.at(-1)?.id;
    } while (before !== undefined);
    expect(seen).toEqual(records.map(({ id }) => id).toReversed());
  });

  test.each(['\0', 'a\0b', '\uD800', 'x\uDC00y', '"\\u0000', "'); drop table audit_call; --", '\u{1F600}'])(
    'a tool asked for by the name %j does not keep other records out',
    async (tool) => {
      verifies('GOV-01');
      const tenant_id = await newTenant();
      await insertCalls(store, [callOf(tenant_id), callOf(tenant_id, { tool }), callOf(tenant_id)]);
      const calls = await listCalls(store, tenant_id, { limit: 10 });
      expect(calls.map((call) => call.tool)).toEqual([
        'search',
        tool.toWellFormed().replaceAll('\0', '\uFFFD'),
        'search',
      ]);
    },
  );

  test('a record that the database refuses does not keep the others out', async () => {
    verifies('GOV-01');
    const tenant_id = await newTenant();
    const good = [callOf(tenant_id), callOf(tenant_id), callOf(tenant_id)];
    const writer = createAuditWriter({ store, durability: 'before_answer', ...deps });
    const appended = [...good, callOf(tenant_id, { user_id: 'nobody' })].map(async (record) => writer.append(record));
    await Promise.all(appended);
    const calls = await listCalls(store, tenant_id, { limit: 10 });
    expect(calls.map(({ id }) => id).toSorted()).toEqual(good.map(({ id }) => id).toSorted());
    await writer.close();
  });

  test('a record of any time finds a partition', async () => {
    const tenant_id = await newTenant();
    const ids = ['00000000-0000-7000-8000-000000000000', 'ffffffff-ffff-7fff-bfff-ffffffffffff', randomIds.uuid()];
    await insertCalls(
      store,
      ids.map((id) => callOf(tenant_id, { id })),
    );
    expect(await listCalls(store, tenant_id, { limit: 10 })).toHaveLength(3);
  });

  test('many callers, either durability: every record is there once after close', async () => {
    verifies('OPS-01', 'GOV-01');
    for (const durability of ['before_answer', 'soon'] as const) {
      const tenant_id = await newTenant();
      const writer = createAuditWriter({ store, durability, ...deps });
      const ids: string[] = [];
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          for (let call = 0; call < 100; call += 1) {
            const reserved = writer.reserve();
            if (reserved !== undefined) await reserved;
            const record = callOf(tenant_id);
            ids.push(record.id);
            await writer.append(record);
          }
        }),
      );
      await writer.close();
      const calls = await listCalls(store, tenant_id, { limit: 10_000 });
      expect(calls.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    }
  });

  test('soon: the record is there within 50 ms of its answer', async () => {
    const tenant_id = await newTenant();
    const writer = createAuditWriter({ store, durability: 'soon', ...deps });
    await writer.append(callOf(tenant_id));
    void writer.reserve();
    const followed = writer.append(callOf(tenant_id));
    // On a machine that is too slow for the promise the writer keeps it by waiting instead.
    await followed;
    await vi.waitFor(async () => expect(await listCalls(store, tenant_id, { limit: 10 })).toHaveLength(2), {
      timeout: 2_000,
      interval: 5,
    });
    await writer.close();
  });
});

describe('a server that goes away and comes back', () => {
  let server: PostgresServer;
  let store: Store;
  beforeAll(async () => {
    server = await startPostgres();
    store = await openStore({ url: server.url, ...deps });
  });
  afterAll(async () => {
    await store.close();
    await server.remove();
  });

  test('whatever the order of calls and outages: every record is there, once', async () => {
    verifies('OPS-01', 'GOV-01');
    const steps = fc.array(fc.constantFrom('calls', 'calls', 'calls', 'fast', 'immediate', 'kill', 'start'), {
      minLength: 4,
      maxLength: 12,
    });
    const durability = fc.constantFrom('before_answer' as const, 'soon' as const);
    await fc.assert(
      fc.asyncProperty(durability, steps, async (mode, order) => {
        await server.start();
        const { tenant_id } = await addTenant(store, `t${randomIds.uuid().slice(-12)}`);
        const writer = createAuditWriter({ store, durability: mode, ...deps });
        const ids: string[] = [];
        const appended: Promise<void>[] = [];
        for (const step of order) {
          if (step === 'start') await server.start();
          else if (step !== 'calls') void server.stop(step);
          else {
            const records = Array.from({ length: 20 }, () => callOf(tenant_id));
            ids.push(...records.map(({ id }) => id));
            for (const record of records) appended.push(writer.append(record) ?? Promise.resolve());
          }
          // Some writes begin, others are still to come.
          await new Promise((resolve) => setImmediate(resolve));
        }
        await server.start();
        await writer.close();
        await Promise.all(appended);
        const calls = await listCalls(store, tenant_id, { limit: 10_000 });
        expect(calls.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
        expect(writer.healthy()).toBe(true);
      }),
      { numRuns: 8 },
    );
  }, 180_000);

  test('while it is away calls are refused, and are taken again when it is back', async () => {
    verifies('OPS-03');
    await server.start();
    const { tenant_id } = await addTenant(store, 'refused');
    const writer = createAuditWriter({ store, durability: 'before_answer', ...deps });
    await server.stop('kill');
    const kept = writer.append(callOf(tenant_id))?.catch((error: unknown) => error);
    await vi.waitFor(() => expect(writer.healthy()).toBe(false), { timeout: 20_000 });
    const waiting = writer.reserve();
    expect(waiting).toBeInstanceOf(Promise);
    await expect(waiting).rejects.toMatchObject({ code: 'audit_unavailable' });
    expect(await kept).toMatchObject({ code: 'record_delayed' });
    await server.start();
    await vi.waitFor(() => expect(writer.healthy()).toBe(true), { timeout: 20_000 });
    expect(writer.reserve()).toBeUndefined();
    await writer.close();
    expect(await listCalls(store, tenant_id, { limit: 10 })).toHaveLength(1);
  });
});
