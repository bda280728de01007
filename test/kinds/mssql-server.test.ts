// The kind `mssql` on a real SQL Server, where one is named: TEST_MSSQL_URL=mssql://user:password@host:port/database, with
// ?trustServerCertificate=true for one in a container. The account needs db_owner and VIEW SERVER STATE. Never run by the
// project so far: no SQL Server can be had where its tests run.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { MssqlConnection } from '../../server/src/kinds/mssql/mssql-connection.ts';
import { mssqlDialect } from '../../server/src/kinds/mssql/mssql-dialect.ts';
import { mssqlListTables } from '../../server/src/kinds/mssql/mssql-list-tables.ts';
import { mssqlSchema } from '../../server/src/kinds/mssql/mssql-schema.ts';
import { mssqlSql } from '../../server/src/kinds/mssql/mssql-sql.ts';
import { createBatch, createPlan } from '../../server/src/kinds/mssql/statement-plan.ts';
import { createSqlToolKind } from '../../server/src/kinds/sql/sql-tool-kind.ts';
import { runContext } from '../support/run-context.ts';
import { openMssql } from './mssql-subject.ts';
import { generous, prepareTool, sqlKindContract } from './sql-kind-contract.ts';

const url = process.env['TEST_MSSQL_URL'] ?? '';

if (url === '') {
  process.stderr.write(
    '\nSKIPPED, no SQL Server: set TEST_MSSQL_URL=mssql://sa:password@127.0.0.1:1433/tempdb?trustServerCertificate=true, e.g. for\n' +
      'docker run -e ACCEPT_EULA=Y -e MSSQL_SA_PASSWORD=… -p 1433:1433 mcr.microsoft.com/mssql/server:2022-latest\n\n',
  );
}
const declare = url === '' ? skipped : () => onRealServer(new URL(url));
declare();

function skipped(): void {
  // Skipped: no SQL Server is named.
  test.skip('mssql on a real server: none is named, see above', () => undefined);
}

function onRealServer({ hostname, port, pathname, username, password, searchParams }: URL): void {
  const fields = {
    host: hostname,
    database: pathname.slice(1),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    encrypt: searchParams.get('encrypt') !== 'false',
    trustServerCertificate: searchParams.get('trustServerCertificate') === 'true',
  };
  const open = (): SqlSource => openMssql(Number(port === '' ? 1433 : port), fields);
  const write = async (source: SqlSource, statement: string): Promise<void> => {
    await prepareTool(mssqlSql, source, { statement, read_only: false })({});
  };
  const createThing = async (source: SqlSource): Promise<void> => {
    await write(source, 'DROP TABLE IF EXISTS thing');
    await write(source, 'CREATE TABLE thing (id int IDENTITY PRIMARY KEY, name nvarchar(400) UNIQUE)');
  };
  const counting = 'WITH c(x) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT x + 1 FROM c WHERE x <';

  sqlKindContract({
    name: 'mssql on a real server',
    create: async () => {
      const admin = open();
      await createThing(admin);
      const running = prepareTool(mssqlSql, admin, {
        statement:
          "SELECT COUNT(*) AS n FROM sys.dm_exec_requests AS r JOIN sys.dm_exec_sessions AS s ON s.session_id = r.session_id WHERE s.program_name = N'toolcrib' AND s.session_id <> @@SPID",
      });
      return {
        kind: createSqlToolKind({ type: 'mssql-sql', aliases: [], source_types: ['mssql'], dialect: mssqlDialect }),
        open,
        openUnreachable: () => openMssql(1, fields),
        running: async () => Number((await running({})).rows[0]?.['n']),
        remove: async () => {
          await write(admin, 'DROP TABLE thing');
          await admin.close();
        },
      };
    },
    texts: {
      echo: 'SELECT @value AS value',
      scalars: 'SELECT @a AS a, @b AS b, @c AS c',
      scalars_answer: { a: -7, b: 1.5, c: true },
      items: 'SELECT value FROM OPENJSON(@value) ORDER BY CAST([key] AS int)',
      series: `${counting} @value) SELECT x AS n FROM c OPTION (MAXRECURSION 0)`,
      wide: "SELECT REPLICATE(CAST(N'x' AS nvarchar(max)), @characters) AS value FROM (SELECT TOP (@rows) 1 AS one FROM sys.all_columns) AS r",
      endless:
        'SELECT COUNT_BIG(*) AS n FROM sys.all_columns AS a CROSS JOIN sys.all_columns AS b CROSS JOIN sys.all_columns AS c CROSS JOIN sys.all_columns AS d',
      half_second: `${counting} 100000) SELECT MAX(x) AS n FROM c OPTION (MAXRECURSION 0)`,
      insert_returning: 'INSERT INTO thing (name) OUTPUT inserted.name SELECT value FROM OPENJSON(@value)',
      update: "UPDATE thing SET name = name + N'!'",
      hidden_write: "SELECT N'x' AS name INTO other",
    },
  });

  describe('what only a real SQL Server can show', () => {
    let source: SqlSource;
    beforeAll(async () => {
      source = open();
      await createThing(source);
    });
    afterAll(async () => {
      await write(source, 'DROP TABLE thing');
      await source.close();
    });

    test.each([
      "INSERT INTO thing (name) VALUES (N'x')",
      'DELETE FROM thing',
      'CREATE TABLE other (id int)',
      "SELECT N'x' AS name INTO other",
      'CREATE TABLE #other (id int)',
      "EXEC (N'DELETE FROM thing')",
    ])('the uncommittable transaction refuses by itself: %s', async (text) => {
      const server = { ...fields, port: Number(port === '' ? 1433 : port), readOnlyIntent: false };
      const signal = new AbortController().signal;
      const connection = await MssqlConnection.open(server, { read_only: true, now: systemClock.monotonic(), signal });
      const batch = createBatch(createPlan({ text, parameters: [], read_only: true }), []);
      await expect(
        connection.run({ batch, read_only: true, limits: generous, skip_rows: 0 }, signal),
      ).rejects.toMatchObject({ number: 3930 });
      connection.close();
    });

    test('settings are there for the call and gone after it', async () => {
      const parameters = [] as const;
      const text = "SELECT CAST(SESSION_CONTEXT(N'app.tenant') AS nvarchar(100)) AS tenant";
      const statement = source.prepare({ text, parameters, read_only: true });
      const context = { ...runContext(), limits: generous };
      const settings = [{ name: 'app.tenant', value: 'acme' }];
      expect((await statement.run([], { ...context, settings })).rows).toEqual([{ tenant: 'acme' }]);
      expect((await statement.run([], context)).rows).toEqual([{ tenant: null }]);
    });

    test('values arrive as the server writes them', async () => {
      const values: readonly (readonly [string, unknown])[] = [
        ['CAST(9223372036854775807 AS bigint)', '9223372036854775807'],
        ["CAST('-1234567890.1234567890' AS decimal(38, 10))", '-1234567890.1234567890'],
        ["CAST('-922337203685477.5808' AS money)", '-922337203685477.5808'],
        ["CAST('2024-02-29' AS date)", '2024-02-29'],
        ["CAST('23:59:59.9999999' AS time)", '23:59:59.9999999'],
        ["CAST('2024-02-29T13:14:15.997' AS datetime)", '2024-02-29 13:14:15.997'],
        ["CAST('2024-02-29T13:14:00' AS smalldatetime)", '2024-02-29 13:14:00'],
        ["CAST('2024-02-29T13:14:15.1234567' AS datetime2)", '2024-02-29 13:14:15.1234567'],
        ["CAST('2024-02-29T01:14:15.1234567-05:30' AS datetimeoffset)", '2024-02-29 01:14:15.1234567 -05:30'],
        ["CAST('CCDDEEFF-AABB-8899-7766-554433221100' AS uniqueidentifier)", 'CCDDEEFF-AABB-8899-7766-554433221100'],
        ['CAST(0x00FF80 AS varbinary(max))', 'AP+A'],
        ["CAST(N'<a>ö</a>' AS xml)", '<a>ö</a>'],
        ['CAST(CAST(1.25 AS decimal(5, 2)) AS sql_variant)', 1.25],
        ["N'grün 𝕫'", 'grün 𝕫'],
        ['CAST(1 AS bit)', true],
        ['CAST(1e300 AS float)', 1e300],
      ];
      const statement = `SELECT ${values.map(([expression], index) => `${expression} AS c${index}`).join(', ')}`;
      const { rows } = await prepareTool(mssqlSql, source, { statement })({});
      expect(rows).toEqual([Object.fromEntries(values.map(([, value], index) => [`c${index}`, value]))]);
    });

    test('the catalogue is read', async () => {
      const tool = { name: 'tool', parameters: [], read_only: true, source };
      const tables = await mssqlListTables.prepare({}, tool)(
        { table_names: 'thing', output_format: 'detailed' },
        runContext(),
      );
      expect(tables).toMatchObject({
        rows: [{ object_name: 'thing', object_details: expect.stringContaining('nvarchar(400)') }],
      });
      const columns = await mssqlSchema.prepare({}, tool)({ table_names: 'dbo.thing' }, runContext());
      expect(columns).toMatchObject({ rows: [{ column_name: 'id', is_primary_key: true }, { column_name: 'name' }] });
    });
  });
}
