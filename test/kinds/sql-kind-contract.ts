// What every SQL kind must do, run against its real database: binding, limits, cancelling, read-only, errors, drain.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { ToolcribError } from '../../server/src/base/errors.ts';
import type { ErrorCode } from '../../server/src/base/errors.ts';
import type { Arguments, Parameter } from '../../server/src/catalog/parameters.ts';
import type { ResultLimits, RowsResult, ToolResult } from '../../server/src/catalog/result.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import type { ToolKind } from '../../server/src/catalog/tool.ts';
import type { SqlToolConfig } from '../../server/src/kinds/sql/sql-tool-kind.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';

/** Planted in every name that must not reach a caller: host or path, user, database, statement, data. */
export const marker = 'plantedsecret';

/** One database with the table `thing (id integer primary key, name text unique)`, empty. */
export interface SqlSubject {
  readonly kind: ToolKind<SqlToolConfig>;
  /** Opens one more source on the same database. */
  open(): SqlSource;
  /** A source that cannot be reached. */
  openUnreachable(): SqlSource;
  /** How many statements the database is running for our sources now. */
  running(): Promise<number>;
  remove(): Promise<void>;
}

/** The statements in the subject's dialect. */
export interface SqlTexts {
  /** One row with the column `value`: the text parameter. */
  readonly echo: string;
  /** The same with an integer, a float and a boolean parameter, as columns a, b, c. */
  readonly scalars: string;
  readonly scalars_answer: Readonly<Record<string, unknown>>;
  /** One row `value` for each item of the array parameter, in order. */
  readonly items: string;
  /** As many rows `n` = 1, 2 … as the integer parameter says. */
  readonly series: string;
  /** As many rows as the first parameter says, with a text of as many characters as the second says. */
  readonly wide: string;
  /** Runs until it is stopped. */
  readonly endless: string;
  /** Runs for about half a second and answers one row. */
  readonly half_second: string;
  /** Inserts the names of the array parameter and returns them. */
  readonly insert_returning: string;
  /** A reading statement that writes all the same, if the dialect has one. */
  readonly hidden_write: string | undefined;
  /** Adds "!" to every name, where `||` does not join texts. */
  readonly update?: string;
  /** What is told of a name that is there already, where the database has no SQLSTATE of its own for it. */
  readonly unique_violation?: string;
  /** Deletes every thing, where that must say so. */
  readonly delete?: string;
  /** The columns a, a, a_2, a, __proto__ with 1 to 5, where names are not quoted with `"`. */
  readonly same_names?: string;
  /** Characters of the longest text that the database makes, where that is less than 33 million. */
  readonly longest_text?: number;
}

export interface ContractOptions {
  readonly name: string;
  readonly create: () => Promise<SqlSubject>;
  readonly texts: SqlTexts;
}

export const generous: ResultLimits = { rows: 1_000, bytes: 1024 * 1024 };

export function parameter(name: string, type: Parameter['type']): Parameter {
  const items = type === 'array' ? { items: parameter('item', 'string') } : {};
  return { name, type, description: name, required: false, ...items };
}

export interface RunOptions {
  readonly read_only?: boolean;
  readonly signal?: AbortSignal;
  readonly limits?: ResultLimits;
  readonly skip_rows?: number;
}

/** A tool of one statement, as a function of its arguments. */
export type Runner = (args: Arguments, options?: Omit<RunOptions, 'read_only'>) => Promise<RowsResult>;

export function prepareTool(
  kind: ToolKind<SqlToolConfig>,
  source: SqlSource,
  tool: { statement: string; parameters?: readonly Parameter[]; read_only?: boolean },
): Runner {
  const { parameters = [], read_only = true } = tool;
  const statement = kind.fields.parse({ statement: tool.statement });
  // What a read-only tool cannot run is told at load; that a run refuses it all the same is tested here.
  expect(kind.check(statement, { parameters, read_only: false })).toEqual([]);
  const run = kind.prepare(statement, { name: 'tool', parameters, read_only, source });
  return async (args, options = {}) => rows(await run(args, runContext({ limits: generous, ...options })));
}

function rows(result: ToolResult): RowsResult {
  if (result.kind !== 'rows') throw new TypeError('An SQL kind answered no rows');
  return result;
}

/** The error with which a run ends, checked to be of the catalogue and to give nothing away. */
export async function refusal(run: Promise<unknown>): Promise<{ code: ErrorCode; text: string }> {
  const thrown: unknown = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ToolcribError)) throw new TypeError('Expected a catalogue error', { cause: thrown });
  const text = JSON.stringify(thrown.toPublic());
  expect(text).not.toContain(marker);
  expect(text).not.toMatch(/\{\w+\}|127\.0\.0\.1|\bselect\b|\binsert\b/i);
  return { code: thrown.code, text };
}

const hostile = [
  "' OR '1'='1",
  "'; DROP TABLE thing; --",
  '"; DROP TABLE thing; --',
  "\\'; DROP TABLE thing; --",
  '$1',
  '$$',
  '?',
  ':value',
  '/* */ -- \n',
  '{a,b}',
  '{"a",NULL}',
  'NULL',
  '',
  '\t\r\n\b',
  '\u2028 𝕫 ö \uFFFD',
];
const texts = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed());

export function sqlKindContract({ name, create, texts: sql }: ContractOptions): void {
  describe(`${name}: contract of SQL kinds`, () => {
    let subject: SqlSubject;
    let source: SqlSource;
    const tool = (statement: string, parameters: readonly Parameter[] = [], read_only = true): Runner =>
      prepareTool(subject.kind, source, { statement, parameters, read_only });
    const one = (type: Parameter['type']): readonly Parameter[] => [parameter('value', type)];
    const values = (result: RowsResult): readonly unknown[] => result.rows.map((row) => row['value']);
    const count = async (): Promise<unknown> => (await tool('SELECT count(*) AS n FROM thing')({})).rows[0]?.['n'];

    beforeAll(async () => {
      subject = await create();
      source = subject.open();
    });
    afterAll(async () => {
      await source.close();
      await subject.remove();
    });

    test('answers a probe', async () => {
      await expect(source.probe(new AbortController().signal)).resolves.toBeUndefined();
    });

    test('binds what looks like SQL as the text that it is', async () => {
      verifies('DBT-02');
      const echo = tool(sql.echo, one('string'));
      for (const value of hostile) expect(values(await echo({ value }))).toEqual([value]);
      expect(await count()).toBe(0);
    });

    test('returns every text as it was sent', async () => {
      verifies('DBT-02', 'DBT-17');
      const echo = tool(sql.echo, one('string'));
      await fc.assert(
        fc.asyncProperty(texts, async (value) => {
          expect(values(await echo({ value }))).toEqual([value]);
        }),
        { numRuns: 300 },
      );
    });

    test('binds every text in an array as one item', async () => {
      verifies('DBT-02', 'DBT-17');
      const items = tool(sql.items, one('array'));
      const arrays = fc.array(fc.oneof(texts, fc.constantFrom(...hostile), fc.constant(null)), { maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(arrays, async (value) => {
          expect(values(await items({ value }))).toEqual(value);
        }),
        { numRuns: 300 },
      );
    });

    test('binds numbers, truth values and null', async () => {
      verifies('DBT-02', 'DBT-17');
      const scalars = tool(sql.scalars, [
        parameter('a', 'integer'),
        parameter('b', 'float'),
        parameter('c', 'boolean'),
      ]);
      expect((await scalars({ a: -7, b: 1.5, c: true })).rows).toEqual([sql.scalars_answer]);
      expect((await scalars({ a: 9007199254740993n, b: 1e300, c: false })).rows[0]).toMatchObject({
        a: '9007199254740993',
        b: 1e300,
      });
      expect((await scalars({ a: null, b: null, c: null })).rows).toEqual([{ a: null, b: null, c: null }]);
      expect((await scalars({})).rows).toEqual([{ a: null, b: null, c: null }]);
    });

    test('keeps columns of the same name apart', async () => {
      verifies('DBT-17');
      const result = await tool(sql.same_names ?? 'SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a, 5 AS "__proto__"')({});
      expect(result.columns.map((column) => column.name)).toEqual(['a', 'a_3', 'a_2', 'a_4', '__proto__']);
      expect(JSON.stringify(result.rows)).toBe('[{"a":1,"a_3":2,"a_2":3,"a_4":4,"__proto__":5}]');
    });

    test('goes on after the rows that the caller has', async () => {
      verifies('DBT-13');
      const series = tool(sql.series, one('integer'));
      const n = (result: RowsResult): readonly unknown[] => result.rows.map((row) => row['n']);
      const limits = { rows: 2, bytes: 1_000 };
      const next = await series({ value: 5 }, { limits, skip_rows: 2 });
      expect(n(next)).toEqual([3, 4]);
      expect(next.truncated).toEqual({ by: 'rows', limit: 2 });
      const last = await series({ value: 5 }, { limits, skip_rows: 4 });
      expect(n(last)).toEqual([5]);
      expect(last.truncated).toBeUndefined();
      expect(n(await series({ value: 5 }, { limits, skip_rows: 9 }))).toEqual([]);
    });

    test('stops at the limit of rows and says so', async () => {
      verifies('DBT-13');
      const series = tool(sql.series, one('integer'));
      const limits = { rows: 10, bytes: 100_000 };
      const whole = await series({ value: 10 }, { limits });
      expect(whole.rows).toHaveLength(10);
      expect(whole.truncated).toBeUndefined();
      for (const value of [11, 5_000]) {
        const cut = await series({ value }, { limits });
        expect(cut.rows.map((row) => row['n'])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        expect(cut.truncated).toEqual({ by: 'rows', limit: 10 });
      }
    });

    test('stops at the limit of bytes with whole rows and says so', async () => {
      verifies('DBT-13');
      const wide = tool(sql.wide, [parameter('rows', 'integer'), parameter('characters', 'integer')]);
      await fc.assert(
        fc.asyncProperty(fc.nat(60), fc.nat(400), fc.integer({ min: 2, max: 20_000 }), async (n, characters, bytes) => {
          const result = await wide({ rows: n, characters }, { limits: { rows: 1_000, bytes } });
          const { rows: kept, truncated } = result;
          expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(bytes);
          for (const row of kept) expect(row['value']).toHaveLength(characters);
          if (kept.length === n) expect(truncated).toBeUndefined();
          else {
            expect(truncated).toEqual({ by: 'bytes', limit: bytes });
            const next = Buffer.byteLength(JSON.stringify({ value: 'x'.repeat(characters) })) + 1;
            expect(Buffer.byteLength(JSON.stringify(kept)) + next).toBeGreaterThan(bytes - 1);
          }
        }),
        { numRuns: 60 },
      );
    });

    test('drops a single row over the limit', async () => {
      verifies('DBT-13');
      const wide = tool(sql.wide, [parameter('rows', 'integer'), parameter('characters', 'integer')]);
      const result = await wide({ rows: 1, characters: sql.longest_text ?? 33_000_000 });
      expect(result.rows).toEqual([]);
      expect(result.truncated).toEqual({ by: 'bytes', limit: generous.bytes });
      expect((await wide({ rows: 2, characters: 3 })).rows).toEqual([{ value: 'xxx' }, { value: 'xxx' }]);
    });

    test('cancels the statement in the database when the signal aborts', async () => {
      verifies('DBT-13', 'DBT-15');
      const controller = new AbortController();
      const run = tool(sql.endless)({}, { signal: controller.signal });
      await expect.poll(() => subject.running()).toBe(1);
      const reason = new ToolcribError('call_cancelled');
      controller.abort(reason);
      await expect(run).rejects.toBe(reason);
      await expect.poll(() => subject.running()).toBe(0);
      expect(await count()).toBe(0);
    });

    test('does not run a call that was aborted before', async () => {
      const reason = new ToolcribError('call_cancelled');
      const insert = tool("INSERT INTO thing (name) VALUES ('never')", [], false);
      await expect(insert({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(await count()).toBe(0);
    });

    test('refuses to write in a tool that only reads', async () => {
      verifies('DBT-14');
      const statements = [
        "INSERT INTO thing (name) VALUES ('x')",
        'DELETE FROM thing',
        'DROP TABLE thing',
        'CREATE TABLE other (id integer)',
        ...(sql.hidden_write === undefined ? [] : [sql.hidden_write]),
      ];
      for (const statement of statements) expect((await refusal(tool(statement)({}))).code).toBe('write_refused');
      expect(await count()).toBe(0);
    });

    test('writes in a tool that may write, and says how many rows', async () => {
      const insert = tool(sql.insert_returning, one('array'), false);
      const inserted = await insert({ value: ['a', 'b', 'c'] }, { limits: { rows: 1, bytes: 1_000 } });
      expect(inserted.rows).toHaveLength(1);
      expect(inserted.truncated).toEqual({ by: 'rows', limit: 1 });
      // The answer was cut, not the statement.
      expect(await count()).toBe(3);
      const update = tool(sql.update ?? "UPDATE thing SET name = name || '!'", [], false);
      expect(await update({})).toEqual({ kind: 'rows', columns: [], rows: [], affected_rows: 3 });
      expect(await tool("DELETE FROM thing WHERE name = 'none'", [], false)({})).toMatchObject({ affected_rows: 0 });
      expect((await tool(sql.delete ?? 'DELETE FROM thing', [], false)({})).affected_rows).toBe(3);
    });

    test('tells what failed and gives nothing away', async () => {
      const insert = tool(sql.insert_returning, one('array'), false);
      const twice = await refusal(insert({ value: [marker, marker] }));
      expect(twice.code).toBe('statement_failed');
      expect(twice.text).toContain(sql.unique_violation ?? 'SQLSTATE 23505, unique_violation');
      expect(await count()).toBe(0);
      const missing = await refusal(tool(`SELECT * FROM ${marker}_table`)({}));
      expect(missing).toMatchObject({
        code: 'statement_failed',
        text: expect.stringMatching(/SQLSTATE [0-9A-Z]{5}, \w+/),
      });
    });

    test('says that the source cannot be reached and gives nothing away', async () => {
      const unreachable = subject.openUnreachable();
      const run = prepareTool(subject.kind, unreachable, { statement: 'SELECT 1' });
      expect((await refusal(run({}))).code).toBe('source_unavailable');
      expect((await refusal(unreachable.probe(new AbortController().signal))).code).toBe('source_unavailable');
      await unreachable.close();
    });

    test('gives every one of many calls its own answer', async () => {
      verifies('DBT-15');
      const echo = tool(sql.echo, one('string'));
      const items = tool(sql.items, one('array'));
      const failing = tool(`SELECT * FROM ${marker}_table`);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(9), texts), { minLength: 1_000, maxLength: 1_000 }),
          async (calls) => {
            const answers = await Promise.all(
              calls.map(async ([choice, text], index) => {
                const value = `${index}:${text}`;
                if (choice === 0) return expect(failing({})).rejects.toMatchObject({ code: 'statement_failed' });
                if (choice === 1) return values(await items({ value: [value] }));
                if (choice === 2) {
                  const controller = new AbortController();
                  setImmediate(() => controller.abort(new ToolcribError('call_cancelled')));
                  return echo({ value }, { signal: controller.signal }).then(
                    values,
                    (error: unknown) => (error as ToolcribError).code,
                  );
                }
                return values(await echo({ value }));
              }),
            );
            for (const [index, [choice, text]] of calls.entries()) {
              const answer = answers[index];
              if (choice === 0 || answer === 'call_cancelled') continue;
              expect(answer).toEqual([`${index}:${text}`]);
            }
          },
        ),
        { numRuns: 3 },
      );
    });

    test('finishes what it has begun when it is closed, and takes nothing more', async () => {
      const closing = subject.open();
      const half = prepareTool(subject.kind, closing, { statement: sql.half_second });
      const echo = prepareTool(subject.kind, closing, { statement: sql.echo, parameters: one('string') });
      const running: Promise<RowsResult>[] = [half({}), echo({ value: 'a' }), half({}), half({})];
      const closed = Promise.all([closing.close(), closing.close()]);
      expect((await refusal(echo({ value: 'late' }))).code).toBe('source_unavailable');
      for (const run of running) expect((await run).rows).toHaveLength(1);
      await closed;
      await expect.poll(() => subject.running()).toBe(0);
    });
  });
}
