// The group writer with writes that are held, failed and let go by hand.
import fc from 'fast-check';
import { DatabaseError } from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../base/log.ts';
import { GroupWriter } from './group-writer.ts';

type Durability = 'before_answer' | 'soon';

interface Bench {
  readonly writer: GroupWriter<number>;
  /** Writes that have begun and not ended. */
  readonly running: { readonly records: readonly number[]; succeed(): void; fail(error?: Error): void }[];
  /** Records written, in order. */
  readonly written: number[];
  readonly logged: string[];
}

const bounds = { batch: 4, buffer: 6, delay_ms: 20, wait_ms: 5_000, close_ms: 10_000 };

function bench(durability: Durability): Bench {
  const running: Bench['running'] = [];
  const written: number[] = [];
  const logged: string[] = [];
  const writer = new GroupWriter<number>({
    durability,
    bounds,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    log: createLog({ level: 'warn', destination: { write: (line) => void logged.push(line) } }),
    insert: async (records) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const write = { records, succeed: resolve, fail: (error = new Error('away')) => reject(error) };
      running.push(write);
      await promise.finally(() => running.splice(running.indexOf(write), 1));
      written.push(...records);
    },
  });
  return { writer, running, written, logged };
}

/** Lets everything happen that needs no time; or that needs `ms`. */
const settle = async (ms = 0): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The code of the error with which it ends. */
const codeOf = async (ending: Promise<void> | undefined): Promise<unknown> => {
  try {
    await ending;
    return 'no error';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

const refused = new DatabaseError('invalid input syntax', 0, 'error');
refused.code = '22P02';

describe('before the answer', () => {
  test('a record is written at once and its promise ends when it is written', async () => {
    const { writer, running } = bench('before_answer');
    let durable = false;
    void writer.append(1)?.then(() => (durable = true));
    await settle();
    expect(running.map(({ records }) => records)).toEqual([[1]]);
    expect(durable).toBe(false);
    running[0]?.succeed();
    await settle();
    expect(durable).toBe(true);
  });

  test('what comes while a batch is written goes with the next one, up to the size of a batch', async () => {
    const { writer, running, written } = bench('before_answer');
    void writer.append(0);
    await settle();
    for (const record of [1, 2, 3, 4, 5]) void writer.append(record);
    await settle();
    expect(running).toHaveLength(1);
    running[0]?.succeed();
    await settle();
    expect(running.map(({ records }) => records)).toEqual([[1, 2, 3, 4]]);
    running[0]?.succeed();
    await settle();
    running[0]?.succeed();
    await settle();
    expect(written).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('soon after the answer', () => {
  /** A writer that has seen one quick write. */
  async function quick(): Promise<Bench> {
    const made = bench('soon');
    void made.writer.append(0);
    await settle();
    made.running[0]?.succeed();
    await settle();
    return made;
  }

  test('the first record is waited for: nothing is known yet of how quick the database is', () => {
    expect(bench('soon').writer.append(0)).toBeInstanceOf(Promise);
  });

  test('after a quick write records are gathered for the delay', async () => {
    const { writer, running } = await quick();
    expect(writer.append(1)).toBeUndefined();
    await settle(10);
    expect(writer.append(2)).toBeUndefined();
    expect(running).toEqual([]);
    await settle(10);
    expect(running.map(({ records }) => records)).toEqual([[1, 2]]);
  });

  test('a full batch does not wait for the delay', async () => {
    const { writer, running } = await quick();
    for (const record of [1, 2, 3, 4]) void writer.append(record);
    await settle();
    expect(running.map(({ records }) => records)).toEqual([[1, 2, 3, 4]]);
  });

  test('while a write takes long, and after a slow one, answers wait', async () => {
    const { writer, running } = await quick();
    void writer.append(1);
    await settle(20);
    expect(writer.append(2)).toBeUndefined();
    await settle(21);
    const waits = writer.append(3);
    expect(waits).toBeInstanceOf(Promise);
    running[0]?.succeed();
    await settle();
    expect(writer.append(4)).toBeInstanceOf(Promise);
    running[0]?.succeed();
    await waits;
  });
});

describe('a database that is away', () => {
  test('the records stay, are written when it is back, and nobody gets a place in between', async () => {
    const { writer, running, written, logged } = bench('before_answer');
    void writer.append(1);
    await settle();
    running[0]?.fail();
    await settle();
    expect(writer.healthy()).toBe(false);
    void writer.append(2);
    const place = writer.reserve();
    expect(place).toBeInstanceOf(Promise);
    await settle(50);
    running[0]?.fail();
    await settle(99);
    expect(running).toEqual([]);
    await settle(1);
    expect(running.map(({ records }) => records)).toEqual([[1, 2]]);
    running[0]?.succeed();
    await place;
    expect(written).toEqual([1, 2]);
    expect(writer.healthy()).toBe(true);
    expect(logged.filter((line) => line.includes('audit-failing'))).toHaveLength(1);
  });

  test('a place that does not come free in time is audit_unavailable', async () => {
    const { writer, running } = bench('before_answer');
    for (let place = 0; place < bounds.buffer; place += 1) expect(writer.reserve()).toBeUndefined();
    const refusal = codeOf(writer.reserve());
    await settle(bounds.wait_ms);
    expect(await refusal).toBe('audit_unavailable');
    const later = writer.reserve();
    void writer.append(1);
    await settle();
    running[0]?.succeed();
    await later;
    expect(writer.reserve()).toBeInstanceOf(Promise);
  });

  test('an answer does not wait for ever: it is told that the record comes later, and it does', async () => {
    const { writer, running, written } = bench('before_answer');
    const delayed = codeOf(writer.append(1));
    await settle();
    await settle(bounds.wait_ms);
    expect(await delayed).toBe('record_delayed');
    running[0]?.succeed();
    await settle();
    expect(written).toEqual([1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a written record gives its place back', async () => {
    const { writer, running } = bench('before_answer');
    for (let place = 0; place < bounds.buffer; place += 1) void writer.reserve();
    for (const record of [1, 2]) void writer.append(record);
    const [third, fourth, fifth] = [writer.reserve(), writer.reserve(), writer.reserve()];
    await settle();
    running[0]?.succeed();
    await Promise.all([third, fourth]);
    expect(writer.reserve()).toBeInstanceOf(Promise);
    void writer.append(3);
    await settle();
    running.at(-1)?.succeed();
    await fifth;
  });

  test('records that it refuses for what they hold go to the log, and only those', async () => {
    const { writer, running, written, logged } = bench('before_answer');
    const all = [1, 2, 666, 4].map(async (record) => writer.append(record));
    await settle();
    while (running.length > 0) {
      for (const write of running) {
        if (write.records.includes(666)) write.fail(refused);
        else write.succeed();
      }
      await settle();
    }
    await Promise.all(all);
    expect(written).toEqual([1, 2, 4]);
    expect(logged.filter((line) => line.includes('"record":666'))).toHaveLength(1);
    expect(writer.healthy()).toBe(true);
  });
});

describe('close', () => {
  test('writes what is gathered, at once', async () => {
    const { writer, running, written } = bench('soon');
    void writer.append(1);
    await settle();
    running[0]?.succeed();
    await settle();
    void writer.append(2);
    const closed = writer.close();
    await settle();
    running[0]?.succeed();
    await closed;
    expect(written).toEqual([1, 2]);
  });

  test('with the database away it tries until its time is over, then the records are in the log', async () => {
    const { writer, running, logged } = bench('before_answer');
    const delayed = codeOf(writer.append(7));
    await settle();
    running[0]?.fail();
    await settle();
    const closed = codeOf(writer.close());
    await settle(bounds.close_ms);
    expect(await Promise.all([closed, delayed])).toEqual(['database_unavailable', 'record_delayed']);
    expect(logged.filter((line) => line.includes('"record":7'))).toHaveLength(1);
    expect(await codeOf(writer.append(8))).toBe('audit_unavailable');
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('whatever happens in whatever order, every record is written once, in order', async () => {
  const step = fc.constantFrom('append', 'append', 'succeed', 'fail', 'wait');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Durability>('before_answer', 'soon'),
      fc.array(step, { maxLength: 40 }),
      async (durability, steps) => {
        const { writer, running, written } = bench(durability);
        let next = 0;
        for (const what of steps) {
          if (what === 'append') void writer.append((next += 1));
          if (what === 'succeed') running[0]?.succeed();
          if (what === 'fail') running[0]?.fail();
          await settle(what === 'wait' ? 30 : 0);
          expect(running.length).toBeLessThanOrEqual(1);
        }
        const closed = writer.close();
        await settle();
        while (running.length > 0) {
          expect(running).toHaveLength(1);
          running[0]?.succeed();
          await settle();
        }
        await closed;
        expect(written).toEqual(Array.from({ length: next }, (_, index) => index + 1));
        expect(vi.getTimerCount()).toBe(0);
      },
    ),
  );
});
