// What the kind `mssql` sends over the wire, seen by a server of our own that speaks TDS: batch, parameters, reset, attention,
// retry. What SQL Server makes of it is not shown here: see mssql-server.test.ts.
import { afterEach, describe, expect, test } from 'vitest';
import { ToolcribError } from '../../server/src/base/errors.ts';
import { mssqlExecuteSql } from '../../server/src/kinds/mssql/mssql-execute-sql.ts';
import { mssqlListTables } from '../../server/src/kinds/mssql/mssql-list-tables.ts';
import { mssqlSchema } from '../../server/src/kinds/mssql/mssql-schema.ts';
import { mssqlSql } from '../../server/src/kinds/mssql/mssql-sql.ts';
import { runContext } from '../support/run-context.ts';
import { readInner } from '../support/tds-server/inner-statement.ts';
import type { TdsServer } from '../support/tds-server/tds-server.ts';
import { columnsToken, doneInProc, infoToken, rowToken } from '../support/tds-server/tokens.ts';
import { nvarchar } from '../support/tds-server/types.ts';
import { verifies } from '../support/verifies.ts';
import { closeAll, columns, end, endless, failing, open, reads, series, start, writes } from './mssql-scripted.ts';
import { generous, marker, parameter, prepareTool, refusal } from './sql-kind-contract.ts';

afterEach(closeAll);

describe('a statement that reads', () => {
  test('is a parameter of a batch that is always the same, with its values as typed parameters beside it', async () => {
    verifies('DBT-02', 'DBT-05', 'DBT-14');
    const server = await start(() => series(1));
    const types = ['string', 'integer', 'float', 'boolean', 'array', 'map'] as const;
    const parameters = types.map((type) => parameter(type, type));
    const statement = `SELECT ${types.map((name) => `@${name}`).join(', ')}, @p1 FROM thing`;
    const run = prepareTool(mssqlSql, open(server), { statement, parameters });
    const value = "'; DROP TABLE thing --";
    await run({
      string: value,
      integer: 9007199254740993n,
      float: 1.5,
      boolean: true,
      array: [value, 1n],
      map: { a: null },
    });
    await run({ string: 'x'.repeat(4_001) });
    const calls = server.calls.filter(({ procedure }) => procedure !== undefined);
    expect(calls.map(({ procedure, text }) => [procedure, text])).toEqual([
      ['sp_executesql', ''],
      ['sp_executesql', ''],
    ]);
    expect(calls[0]?.parameters).toEqual([
      {
        name: 'statement',
        type: expect.any(String),
        value: `SET XACT_ABORT ON;
BEGIN TRY
  BEGIN TRANSACTION;
  THROW 50000, N'read-only', 1;
END TRY
BEGIN CATCH
  IF XACT_STATE() <> -1 BEGIN; THROW 50001, N'The transaction is not read-only', 1; END;
  EXEC sys.sp_executesql @toolcrib_statement, @toolcrib_declarations, @v0, @v1, @v2, @v3, @v4, @v5, @v6;
END CATCH;
IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;`,
      },
      {
        name: 'params',
        type: expect.any(String),
        value:
          '@toolcrib_statement nvarchar(max), @toolcrib_declarations nvarchar(max), @v0 nvarchar(4000), @v1 bigint, @v2 float, @v3 bit, @v4 nvarchar(max), @v5 nvarchar(max), @v6 nvarchar(4000)',
      },
      { name: 'toolcrib_statement', type: 'nvarchar(max)', value: statement },
      {
        name: 'toolcrib_declarations',
        type: 'nvarchar(max)',
        value:
          '@string nvarchar(4000), @integer bigint, @float float, @boolean bit, @array nvarchar(max), @map nvarchar(max), @p1 nvarchar(4000)',
      },
      { name: 'v0', type: 'nvarchar(4000)', value },
      { name: 'v1', type: 'bigint', value: 9007199254740993n },
      { name: 'v2', type: 'float', value: 1.5 },
      { name: 'v3', type: 'bit', value: true },
      { name: 'v4', type: 'nvarchar(max)', value: JSON.stringify([value, 1]) },
      { name: 'v5', type: 'nvarchar(max)', value: '{"a":null}' },
      { name: 'v6', type: 'nvarchar(4000)', value },
    ]);
    expect(calls[1]?.parameters.slice(4).map(({ type, value: sent }) => [type, sent === null])).toEqual([
      ['nvarchar(max)', false],
      ['bigint', true],
      ['float', true],
      ['bit', true],
      ['nvarchar(max)', true],
      ['nvarchar(max)', true],
      ['nvarchar(max)', false],
    ]);
  });

  test('is not sent when its words write, and is a fault of the file', async () => {
    verifies('DBT-14');
    const server = await start(() => series(1));
    const source = open(server);
    const statement = 'SELECT 1 DELETE FROM thing';
    expect(mssqlSql.check({ statement }, { parameters: [], read_only: true })).toEqual([
      expect.objectContaining({ path: 'statement', message: 'There is more than one statement' }),
      expect.objectContaining({ message: 'A read-only statement cannot contain DELETE' }),
    ]);
    const execute = mssqlExecuteSql.prepare({}, { name: 'execute', parameters: [], read_only: true, source });
    for (const sql of [statement, 'EXEC p', 'SELECT 1 ROLLBACK', 'SELECT * INTO other FROM thing']) {
      expect((await refusal(execute({ sql }, runContext()))).code).toBe('write_refused');
    }
    expect(server.calls).toEqual([]);
  });

  test('that writes all the same, in a function, is refused by the server', async () => {
    verifies('DBT-14');
    const server = await start(() =>
      failing({ number: 3930, message: `${marker}: cannot support operations that write` }),
    );
    expect((await refusal(reads(open(server))({}))).code).toBe('write_refused');
  });

  test('is run once more on a new connection when the old one is gone', async () => {
    const server = await start(() => series(1));
    const source = open(server);
    const run = reads(source);
    await Promise.all([run({}), run({}), run({})]);
    server.disconnect();
    const answers = await Promise.all([run({}), run({}), run({})]);
    expect(answers.map(({ rows }) => rows)).toEqual([[{ n: 1 }], [{ n: 1 }], [{ n: 1 }]]);
  });

  test('is run once more when the server goes away while it runs, and not a third time', async () => {
    let calls = 0;
    const server: TdsServer = await start(() => {
      calls += 1;
      if (calls > 1) server.disconnect();
      return calls > 1 ? endless() : series(1);
    });
    const run = reads(open(server));
    await run({});
    expect((await refusal(run({}))).code).toBe('source_unavailable');
    expect(calls).toBe(3);
  });

  test('stops the server with an attention when the answer is full, and keeps the connection', async () => {
    verifies('DBT-13');
    let sent = 0;
    const server = await start(function* () {
      yield columnsToken(columns);
      for (sent = 1; sent <= 5_000_000; sent += 1) yield rowToken(columns, [BigInt(sent)]);
      yield* end;
    });
    const run = reads(open(server));
    for (let round = 1; round <= 2; round += 1) {
      const cut = await run({}, { limits: { rows: 3, bytes: 1_000 }, skip_rows: 2 });
      expect(cut.rows).toEqual([{ n: 3 }, { n: 4 }, { n: 5 }]);
      expect(cut.truncated).toEqual({ by: 'rows', limit: 3 });
      expect(server.attentions()).toBe(round);
      expect(sent).toBeLessThan(1_000_000);
    }
    expect(server.logins).toHaveLength(1);
  });
});

test.each([
  [mssqlListTables, { table_names: 'a, dbo.b', output_format: 'simple' }],
  [mssqlSchema, { table_names: '' }],
])('the statements that come with a kind are ones that read, with their parameters bound', async (kind, args) => {
  const server = await start(() => series(1));
  const run = kind.prepare(
    {},
    { name: 'tool', parameters: kind.parameters ?? [], read_only: true, source: open(server) },
  );
  await run(args, runContext());
  const [call] = server.calls.filter(({ procedure }) => procedure !== undefined);
  const inner = call === undefined ? undefined : readInner(call);
  expect(inner?.read_only).toBe(true);
  const values = Object.entries(inner?.parameters ?? {}).map(([name, { value }]) => [name, value]);
  expect(Object.fromEntries(values)).toEqual(args);
});

describe('a statement that writes', () => {
  test('is run without a transaction of ours, and says how many rows', async () => {
    const server = await start(() => [infoToken('one'), doneInProc(7), doneInProc(3), ...end]);
    expect(await writes(open(server))({})).toEqual({ kind: 'rows', columns: [], rows: [], affected_rows: 3 });
    const [call] = server.calls.filter(({ procedure }) => procedure !== undefined);
    expect(call?.parameters[0]?.value).toBe('EXEC sys.sp_executesql @toolcrib_statement, @toolcrib_declarations;');
    expect(call?.parameters.at(-2)?.value).toBe('DELETE FROM thing');
  });

  test('is not run again when the server goes away', async () => {
    let calls = 0;
    const server: TdsServer = await start(() => {
      calls += 1;
      if (calls > 1) server.disconnect();
      return calls > 1 ? endless() : [doneInProc(1), ...end];
    });
    const run = writes(open(server));
    await run({});
    expect((await refusal(run({}))).code).toBe('source_unavailable');
    expect(calls).toBe(2);
  });

  test('is never stopped for an answer that is full', async () => {
    const server = await start(() => series(5_000));
    const { rows, truncated } = await writes(open(server))({}, { limits: { rows: 2, bytes: 100 } });
    expect([rows.length, truncated]).toEqual([2, { by: 'rows', limit: 2 }]);
    expect(server.attentions()).toBe(0);
  });

  test('gives the first of several result sets', async () => {
    const other = [{ name: 'text', type: nvarchar(10) }];
    const server = await start(() => [
      columnsToken(columns),
      rowToken(columns, [1n]),
      doneInProc(1),
      columnsToken(other),
      rowToken(other, ['x']),
      doneInProc(1),
      ...end,
    ]);
    expect(await writes(open(server), 'EXEC dbo.two')({})).toEqual({
      kind: 'rows',
      columns: [{ name: 'n', type: 'bigint' }],
      rows: [{ n: 1 }],
    });
  });
});

describe('sessions', () => {
  test('are reset before the next call gets them', async () => {
    const server = await start(() => series(1));
    const source = open(server);
    for (let call = 0; call < 3; call += 1) {
      await reads(source)({});
      await expect.poll(() => server.calls.filter(({ resets }) => resets)).toHaveLength(call + 1);
    }
    const shape = server.calls.map(({ procedure, resets }) =>
      procedure === undefined ? (resets ? 'reset' : 'set-up') : 'call',
    );
    expect(shape).toEqual(['set-up', 'call', 'reset', 'call', 'reset', 'call', 'reset']);
    expect(server.logins).toHaveLength(1);
    const [first, ...others] = server.calls.filter(({ procedure }) => procedure === undefined).map(({ text }) => text);
    expect(first).toContain('set xact_abort on');
    for (const text of others) expect(text).toBe(first);
  });

  test('of a caller’s own statement that writes are for it alone', async () => {
    const server = await start(() => [doneInProc(1), ...end]);
    const source = open(server);
    const execute = mssqlExecuteSql.prepare({}, { name: 'execute', parameters: [], read_only: false, source });
    for (let call = 1; call <= 2; call += 1) {
      expect(await execute({ sql: 'EXEC sp_setapprole @p = 1' }, runContext())).toMatchObject({ affected_rows: 1 });
      await expect.poll(() => server.sessions()).toBe(0);
      expect(server.logins).toHaveLength(call);
    }
  });

  test('have settings that the statement cannot change', async () => {
    const server = await start(() => series(1));
    const settings = [
      { name: 'app.tenant', value: "tenant'1" },
      { name: 'app.user', value: 'ada' },
    ];
    for (const read_only of [true, false]) {
      const statement = open(server).prepare({ text: 'SELECT n FROM thing', parameters: [], read_only });
      await statement.run([], { ...runContext(), limits: generous, settings });
    }
    const calls = server.calls.filter(({ procedure }) => procedure !== undefined);
    expect(calls.map((call) => readInner(call).settings)).toEqual([
      { 'app.tenant': "tenant'1", 'app.user': 'ada' },
      { 'app.tenant': "tenant'1", 'app.user': 'ada' },
    ]);
    for (const { parameters } of calls) {
      const lines = String(parameters[0]?.value).split('\n');
      expect(lines.slice(0, 2)).toEqual([
        'EXEC sys.sp_set_session_context @key = @k0, @value = @s0, @read_only = 1;',
        'EXEC sys.sp_set_session_context @key = @k1, @value = @s1, @read_only = 1;',
      ]);
    }
  });

  test('are no more than the source may have, and the others wait', async () => {
    const release = Promise.withResolvers<void>();
    const server = await start(async function* () {
      await release.promise;
      yield* series(1);
    });
    const run = reads(open(server, { max_connections: 4 }));
    const running = Array.from({ length: 12 }, () => run({}));
    await expect.poll(() => server.running()).toBe(3);
    expect(server.sessions()).toBe(3);
    release.resolve();
    for (const { rows } of await Promise.all(running)) expect(rows).toEqual([{ n: 1 }]);
    expect(server.logins).toHaveLength(3);
  });
});

describe('cancelling', () => {
  test('sends an attention, waits for its acknowledgement and keeps the connection', async () => {
    verifies('DBT-13');
    let calls = 0;
    const server = await start(() => (++calls === 1 ? endless() : series(1)));
    const run = reads(open(server));
    const controller = new AbortController();
    const reason = new ToolcribError('call_timed_out', { params: { timeout_ms: 1 } });
    const cancelled = run({}, { signal: controller.signal });
    await expect.poll(() => server.running()).toBe(1);
    controller.abort(reason);
    await expect(cancelled).rejects.toBe(reason);
    expect([server.attentions(), server.running()]).toEqual([1, 0]);
    expect((await run({})).rows).toEqual([{ n: 1 }]);
    expect(server.logins).toHaveLength(1);
  });

  test('gives up a connection on which the login does not end', async () => {
    const server = await start(() => series(1), { refuse: () => undefined });
    const controller = new AbortController();
    const reason = new ToolcribError('call_cancelled');
    const run = reads(open(server))({}, { signal: controller.signal });
    controller.abort(reason);
    await expect(run).rejects.toBe(reason);
    await expect.poll(() => server.sessions()).toBe(0);
  });
});

describe('errors', () => {
  test.each([
    [2627, '23505', 'unique_violation'],
    [2601, '23505', 'unique_violation'],
    [515, '23502', 'not_null_violation'],
    [547, '23000', 'integrity_constraint_violation'],
    [208, '42P01', 'undefined_table'],
    [207, '42703', 'undefined_column'],
    [102, '42601', 'syntax_error'],
    [229, '42501', 'insufficient_privilege'],
    [245, '22P02', 'invalid_text_representation'],
    [8115, '22003', 'numeric_value_out_of_range'],
    [8134, '22012', 'division_by_zero'],
    [1205, '40P01', 'deadlock_detected'],
    [1222, '55P03', 'lock_not_available'],
    [3906, '25006', 'read_only_sql_transaction'],
    [50001, '25000', 'invalid_transaction_state'],
    [51234, 'P0001', 'raise_exception'],
    [777, 'XX000', 'internal_error'],
  ])('%i is SQLSTATE %s, %s', async (number, sqlstate, condition) => {
    // What follows an error says less than the error.
    const server = await start(() =>
      failing({ number, message: `${marker} in ${marker}` }, { number: 266, message: 'count' }),
    );
    const told = await refusal(reads(open(server))({}));
    expect(told.code).toBe('statement_failed');
    expect(told.text).toContain(`SQLSTATE ${sqlstate}, ${condition}`);
  });

  test.each([
    [4060, 11],
    [40613, 17],
    [21, 20],
  ])('%i of severity %i is a source that cannot be reached', async (number, severity) => {
    const server = await start(() => failing({ number, severity, message: marker }));
    expect((await refusal(reads(open(server))({}))).code).toBe('source_unavailable');
  });

  test('an answer that is no TDS ends the connection, not the server', async () => {
    let calls = 0;
    const server = await start(() => (++calls === 1 ? [Buffer.from([0x01, 0x02, 0x03])] : series(1)));
    const run = reads(open(server));
    expect((await refusal(run({}))).code).toBe('source_unavailable');
    expect((await run({})).rows).toEqual([{ n: 1 }]);
  });
});
