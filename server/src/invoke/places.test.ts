import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToolcribError } from '../base/errors.ts';
import type { Tool } from '../catalog/tool.ts';
import { createPlaces } from './places.ts';
import type { Leave } from './places.ts';

const tool = (name: string, concurrency: number): Tool => ({ name, concurrency }) as Tool;
const now = (leave: Leave | Promise<Leave>): Leave => {
  expect(leave).toBeTypeOf('function');
  return leave as Leave;
};

describe('places', () => {
  it('admits as many calls of a tool as it allows, then lets the longest waiting in', async () => {
    const places = createPlaces({ tenant_concurrency: 10, wait_ms: 60_000 });
    const first = now(places.enter('a', tool('slow', 2)));
    now(places.enter('a', tool('slow', 2)));
    const order: number[] = [];
    const third = Promise.resolve(places.enter('a', tool('slow', 2))).then((leave) => (order.push(3), leave));
    const fourth = Promise.resolve(places.enter('a', tool('slow', 2))).then((leave) => (order.push(4), leave));
    first();
    (await third)();
    await fourth;
    expect(order).toEqual([3, 4]);
  });

  it('keeps the places of tools and tenants apart', () => {
    const places = createPlaces({ tenant_concurrency: 1, wait_ms: 60_000 });
    now(places.enter('a', tool('slow', 1)));
    now(places.enter('b', tool('slow', 1)));
    expect(places.enter('a', tool('fast', 1))).toBeInstanceOf(Promise);
  });

  it('refuses with calls_limited when no place comes free in time', async () => {
    const places = createPlaces({ tenant_concurrency: 10, wait_ms: 1 });
    now(places.enter('a', tool('slow', 1)));
    await expect(places.enter('a', tool('slow', 1))).rejects.toMatchObject({ code: 'calls_limited', retryable: true });
  });

  it('refuses at once what could not be served in time', async () => {
    const places = createPlaces({ tenant_concurrency: 10, wait_ms: 60_000 });
    now(places.enter('a', tool('slow', 1)));
    for (let waiting = 0; waiting < 4; waiting += 1) void places.enter('a', tool('slow', 1));
    await expect(places.enter('a', tool('slow', 1))).rejects.toMatchObject({ code: 'calls_limited' });
  });

  it("ends the wait with the signal's reason when the caller goes away, and keeps nothing", async () => {
    const places = createPlaces({ tenant_concurrency: 10, wait_ms: 60_000 });
    const leave = now(places.enter('a', tool('slow', 1)));
    const caller = new AbortController();
    const waiting = places.enter('a', tool('slow', 1), caller);
    caller.abort(new ToolcribError('call_cancelled'));
    await expect(waiting).rejects.toMatchObject({ code: 'call_cancelled' });
    leave();
    now(places.enter('a', tool('slow', 1)));
  });

  it('never runs more than its bounds, and ends with every place free (property)', async () => {
    const calls = fc.array(fc.record({ tenant: fc.constantFrom('a', 'b'), name: fc.constantFrom('x', 'y', 'z') }), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(
        calls,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        async (all, per_tool, per_tenant) => {
          const places = createPlaces({ tenant_concurrency: per_tenant, wait_ms: 60_000 });
          const running = new Map<string, number>();
          const count = (key: string, step: number): number => {
            const next = (running.get(key) ?? 0) + step;
            running.set(key, next);
            return next;
          };
          await Promise.allSettled(
            all.map(async ({ tenant, name }) => {
              const leave = await places.enter(tenant, tool(name, per_tool));
              expect(count(`${tenant}/${name}`, 1)).toBeLessThanOrEqual(per_tool);
              expect(count(tenant, 1)).toBeLessThanOrEqual(per_tenant);
              await Promise.resolve();
              count(`${tenant}/${name}`, -1);
              count(tenant, -1);
              leave();
            }),
          ).then((results) => {
            for (const result of results) {
              if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'calls_limited' });
            }
          });
          for (const tenant of ['a', 'b']) {
            for (let place = 0; place < per_tenant; place += 1) now(places.enter(tenant, tool(`free-${place}`, 1)));
          }
        },
      ),
    );
  });
});
