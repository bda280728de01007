// Values and texts in MySQL: types in both directions, and what looks like SQL.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ArgumentValue } from '../../server/src/catalog/parameters.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { mysqlDialect } from '../../server/src/kinds/mysql/mysql-dialect.ts';
import { mysqlSql } from '../../server/src/kinds/mysql/mysql-sql.ts';
import { hasMariadb, startMariadb } from '../support/mariadb.ts';
import type { MariadbServer } from '../support/mariadb.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';
import { createPlantedMysql } from './mysql-subject.ts';
import type { PlantedMysql } from './mysql-subject.ts';
import { generous, parameter, prepareTool, refusal } from './sql-kind-contract.ts';
import type { Runner } from './sql-kind-contract.ts';

// Skipped: where MariaDB is not installed and cannot be.
describe.skipIf(!hasMariadb())('values in MySQL', () => {
  let server: MariadbServer;
  let database: PlantedMysql;
  let source: SqlSource;

  const named = (...types: Parameters<typeof parameter>[1][]) =>
    types.map((type, index) => parameter(`p${index + 1}`, type));
  const read = (statement: string, ...types: Parameters<typeof parameter>[1][]): Runner =>
    prepareTool(mysqlSql, source, { statement, parameters: named(...types) });
  const value = async (run: Promise<{ rows: readonly Record<string, unknown>[] }>): Promise<unknown> =>
    (await run).rows[0]?.['value'];
  const things = async (): Promise<number> =>
    Number((await database.query('SELECT count(*) AS n FROM thing'))[0]?.['n'] ?? -1);

  beforeAll(async () => {
    server = await startMariadb();
    database = await createPlantedMysql(server);
    source = database.open();
  });
  afterAll(async () => {
    await source.close();
    await server.remove();
  });
  beforeEach(async () => {
    await database.query('DELETE FROM thing');
  });

  describe('types', () => {
    beforeAll(async () => {
      await database.query("SET SESSION sql_mode = ''");
    });

    // oxfmt-ignore
    test.each<readonly [string, string, unknown, string]>([
    ['tinyint', '-128', -128, 'tinyint'],
    ['tinyint unsigned', '255', 255, 'tinyint unsigned'],
    ['boolean', 'true', 1, 'tinyint'],
    ['smallint', '-32768', -32768, 'smallint'],
    ['mediumint', '-8388608', -8388608, 'mediumint'],
    ['mediumint unsigned', '16777215', 16777215, 'mediumint unsigned'],
    ['int', '-2147483648', -2147483648, 'int'],
    ['int unsigned', '4294967295', 4294967295, 'int unsigned'],
    ['bigint', '9007199254740991', 9007199254740991, 'bigint'],
    ['bigint', '-9223372036854775808', '-9223372036854775808', 'bigint'],
    ['bigint unsigned', '18446744073709551615', '18446744073709551615', 'bigint unsigned'],
    ['decimal(10,2)', '12.50', 12.5, 'decimal'],
    ['decimal(15,0)', '123456789012345', 123456789012345, 'decimal'],
    ['decimal(30,10)', '12345678901234567890.0123456789', '12345678901234567890.0123456789', 'decimal'],
    ['decimal(20,18)', '-0.000000000000000001', -1e-18, 'decimal'],
    ['float', '0.1', 0.1, 'float'],
    ['float', '16777216', 16777216, 'float'],
    ['float', '-3.4e38', -3.4e38, 'float'],
    ['double', '0.1e0 + 0.2e0', 0.30000000000000004, 'double'],
    ['double', '1.7976931348623157e308', 1.7976931348623157e308, 'double'],
    ['date', "'2026-02-28'", '2026-02-28', 'date'],
    ['date', "'0000-00-00'", '0000-00-00', 'date'],
    ['date', "'2026-00-00'", '2026-00-00', 'date'],
    ['date', "'0001-01-01'", '0001-01-01', 'date'],
    ['datetime', "'2026-02-28 12:00:00.6'", '2026-02-28 12:00:00', 'datetime'],
    ['datetime', "'2026-02-28'", '2026-02-28 00:00:00', 'datetime'],
    ['datetime', "'0000-00-00 00:00:00'", '0000-00-00 00:00:00', 'datetime'],
    ['datetime(6)', "'2026-02-28 12:00:00.000001'", '2026-02-28 12:00:00.000001', 'datetime'],
    ['datetime(3)', "'2026-02-28 12:00:00'", '2026-02-28 12:00:00.000', 'datetime'],
    ['timestamp(6) null', "'2026-02-28 23:59:59.999999'", '2026-02-28 23:59:59.999999', 'timestamp'],
    ['timestamp(2) null', "'0000-00-00 00:00:00'", '0000-00-00 00:00:00.00', 'timestamp'],
    ['time', "'-838:59:59'", '-838:59:59', 'time'],
    ['time', "'00:00:00'", '00:00:00', 'time'],
    ['time(6)', "'24:01:02.000003'", '24:01:02.000003', 'time'],
    ['time(3)', "'0'", '00:00:00.000', 'time'],
    ['year', '2026', 2026, 'year'],
    ['year', "'0000'", 0, 'year'],
    ['bit(1)', "b'1'", 1, 'bit'],
    ['bit(12)', "b'100000000001'", 2049, 'bit'],
    ['bit(64)', "b'1111111111111111111111111111111111111111111111111111111111111111'", '18446744073709551615', 'bit'],
    ['binary(3)', "x'00ff'", 'AP8A', 'binary'],
    ['varbinary(9)', "x'00ff10'", 'AP8Q', 'varbinary'],
    ['blob', "x'00ff10'", 'AP8Q', 'blob'],
    ['longblob', "''", '', 'blob'],
    ['char(9)', "'ö𝕫'", 'ö𝕫', 'char'],
    ['varchar(9)', "'a\\\\''b'", "a\\'b", 'varchar'],
    ['text', "'\u2028'", '\u2028', 'text'],
    ['char(9) character set latin1', "'äß'", 'äß', 'char'],
    ["enum('a','b''c')", "'b''c'", "b'c", 'enum'],
    ["set('a','b','c')", "'c,a'", 'a,c', 'set'],
    ['json', `'{"a": [1, null, "x\\\\"ö"], "b": {}}'`, { a: [1, null, 'x"ö'], b: {} }, 'json'],
    ['json', "'null'", null, 'json'],
    ['uuid', "'0b8f9c1e-3c53-4f0e-8a41-111111111111'", '0b8f9c1e-3c53-4f0e-8a41-111111111111', 'uuid'],
    ['inet6', "'::1'", '::1', 'inet6'],
    ['int', 'NULL', null, 'int'],
  ])('%s from %s', async (type, written, expected, type_name) => {
    verifies('DBT-17');
    await database.query(`CREATE OR REPLACE TABLE typed (value ${type})`);
    await database.query(`INSERT INTO typed VALUES (${written})`);
    const result = await read('SELECT value FROM typed')({});
    expect(result.rows).toEqual([{ value: expected }]);
    expect(result.columns).toEqual([{ name: 'value', type: type_name }]);
  });

    // oxfmt-ignore
    test.each<readonly [string, Parameters<typeof parameter>[1], ArgumentValue, unknown]>([
    ['?', 'integer', 5, 5],
    ['?', 'integer', 9223372036854775807n, '9223372036854775807'],
    ['?', 'integer', 18446744073709551615n, '18446744073709551615'],
    ['?', 'integer', -9223372036854775808n, '-9223372036854775808'],
    ['CAST(? AS decimal(30,0))', 'integer', 123456789012345678901234567890n, '123456789012345678901234567890'],
    ['?', 'float', 0.1, 0.1],
    ['?', 'float', 1, 1],
    ['?', 'boolean', true, 1],
    ['CAST(? AS char)', 'integer', 5, '5'],
    ['CAST(? AS date)', 'string', '2026-01-01', '2026-01-01'],
    ['JSON_EXTRACT(?, "$[3][0]")', 'array', ['a"b', 1, null, [true]], true],
    ['JSON_VALUE(?, "$.a")', 'map', { a: 9007199254740993n }, '9007199254740993'],
    ['?', 'string', null, null],
    ['LENGTH(?)', 'string', 'x'.repeat(70_000), 70_000],
  ])('%s takes a parameter of type %s', async (expression, type, p1, expected) => {
    verifies('DBT-02', 'DBT-17');
    expect(await value(read(`SELECT ${expression} AS value`, type)({ p1 }))).toEqual(expected);
  });

    test('an integer may say how many rows there shall be', async () => {
      expect(
        (await read('SELECT seq FROM seq_1_to_9 LIMIT ? OFFSET ?', 'integer', 'integer')({ p1: 2, p2: 3 })).rows,
      ).toEqual([{ seq: 4 }, { seq: 5 }]);
    });
  });

  describe('texts', () => {
    test('a parameter is never part of the statement, whatever the server thinks of quotes', async () => {
      verifies('DBT-02');
      await database.query("SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES,STRICT_TRANS_TABLES'");
      const other = database.open();
      const echo = prepareTool(mysqlSql, other, {
        statement: `SELECT ? AS value, 'a\\'?' AS fixed, "b\\"?" AS other, @@sql_mode AS mode`,
        parameters: named('string'),
      });
      for (let round = 0; round < 3; round += 1) {
        expect((await echo({ p1: "\\'; DROP TABLE thing; --" })).rows).toEqual([
          { value: "\\'; DROP TABLE thing; --", fixed: "a'?", other: 'b"?', mode: 'STRICT_TRANS_TABLES' },
        ]);
      }
      await database.query('SET GLOBAL sql_mode = DEFAULT');
      await other.close();
    });

    // oxfmt-ignore
    const hostile = ["'", '"', '`', '\\', "\\'", '\\"', "'; DROP TABLE thing; -- ", '" OR ""="', '\\\\\\', "a\\\\'b", '/*! x */', '\r\n', '\u0000', '%_', '¥\\', "\u00bf'", '\\u0027'];

    test.each(hostile)('%j in quotes is a text', async (text) => {
      verifies('DBT-02');
      for (const style of ['single-quotes', 'double-quotes'] as const) {
        const quoted = mysqlDialect.quote(text, style) ?? '';
        const run = source.prepare({ text: `SELECT ${quoted} AS value`, parameters: [], read_only: true });
        expect(await value(run.run([], { ...runContext(), limits: generous }))).toBe(text);
      }
    });

    // The server itself drops spaces at the start of a name, and allows no NUL.
    test.each(hostile.filter((text) => !/^[\r\0]/.test(text)))('%j in backquotes is a name', async (text) => {
      const quoted = mysqlDialect.quote(text, 'backticks') ?? '';
      const result = await read(`SELECT 1 AS ${quoted}`)({});
      expect(result.columns[0]?.name).toBe(text);
    });

    test('there are no brackets, and no name with NUL', () => {
      expect(mysqlDialect.quote('a', 'square-brackets')).toBeUndefined();
      expect(mysqlDialect.quote('a\0b', 'backticks')).toBeUndefined();
    });

    test('one statement means one', async () => {
      verifies('DBT-02');
      for (const read_only of [true, false]) {
        const text = "SELECT 1; INSERT INTO thing (name) VALUES ('x')";
        const run = source.prepare({ text, parameters: [], read_only }).run([], { ...runContext(), limits: generous });
        expect((await refusal(run)).text).toContain('42000');
      }
      expect(await things()).toBe(0);
      expect(await value(read('SELECT 1 AS value;')({}))).toBe(1);
    });

    test('a statement with other placeholders than parameters is refused, not filled with whatever comes', async () => {
      const odd = source.prepare({ text: 'SELECT ?, ?', parameters: named('string'), read_only: true });
      expect((await refusal(odd.run(['a'], { ...runContext(), limits: generous }))).text).toContain('07001');
    });

    test('comments that are executed, and disagreement with the parameters, are faults of the file', () => {
      expect(mysqlDialect.check('SELECT 1 /*!50000 INTO OUTFILE "x" */', [])).toMatchObject([
        { message: 'The statement has a comment that is executed (/*! … */)' },
      ]);
      expect(mysqlDialect.check('SELECT ?, ?', named('string'))).toMatchObject([
        { message: 'The placeholder ? has no parameter' },
      ]);
      expect(mysqlDialect.check('SELECT ?', named('string', 'string'))).toMatchObject([
        { path: 'parameters[1]', hint: expect.stringContaining('the 2nd ?') as string },
      ]);
      expect(mysqlDialect.check('SELECT ? # ? \n -- ?\n /* ? */', named('string'))).toEqual([]);
    });
  });
});
