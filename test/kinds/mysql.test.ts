// What is particular to MySQL: reading only, sessions that carry nothing over, cancelling,
// connections for everybody, memory.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ToolcribError } from '../../server/src/base/errors.ts';
import type { SessionSetting, SqlSource } from '../../server/src/catalog/source.ts';
import { mysqlSql } from '../../server/src/kinds/mysql/mysql-sql.ts';
import { hasMariadb, startMariadb } from '../support/mariadb.ts';
import type { MariadbServer } from '../support/mariadb.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';
import { createPlantedMysql } from './mysql-subject.ts';
import type { PlantedMysql } from './mysql-subject.ts';
import { generous, marker, parameter, prepareTool, refusal } from './sql-kind-contract.ts';
import type { Runner } from './sql-kind-contract.ts';

// Skipped: where MariaDB is not installed and cannot be.
describe.skipIf(!hasMariadb())('mysql', () => {
  let server: MariadbServer;
  let database: PlantedMysql;
  let source: SqlSource;

  const named = (...types: Parameters<typeof parameter>[1][]) =>
    types.map((type, index) => parameter(`p${index + 1}`, type));
  const read = (statement: string, ...types: Parameters<typeof parameter>[1][]): Runner =>
    prepareTool(mysqlSql, source, { statement, parameters: named(...types) });
  const write = (statement: string, ...types: Parameters<typeof parameter>[1][]): Runner =>
    prepareTool(mysqlSql, source, { statement, parameters: named(...types), read_only: false });
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

  describe('reading only', () => {
    beforeAll(async () => {
      await database.query('CREATE OR REPLACE VIEW writing_view AS SELECT plant() AS planted');
      await database.query('CREATE OR REPLACE SEQUENCE numbers');
      await database.query(
        "CREATE OR REPLACE PROCEDURE open_up() BEGIN COMMIT; START TRANSACTION READ WRITE; INSERT INTO thing (name) VALUES ('x'); COMMIT; END",
      );
      await database.query("CREATE OR REPLACE PROCEDURE plainly() INSERT INTO thing (name) VALUES ('x')");
    });

    // oxfmt-ignore
    test.each([
    "INSERT INTO thing (name) VALUES ('x')",
    "REPLACE INTO thing (name) VALUES ('x')",
    'WITH w AS (SELECT 1) SELECT plant() FROM w',
    '(SELECT plant())',
    'SELECT * FROM writing_view',
    'SELECT NEXT VALUE FOR numbers',
    'SELECT SETVAL(numbers, 100)',
    'CREATE TABLE other (id int)',
    'DROP TABLE thing',
    'TRUNCATE thing',
    'ALTER TABLE thing ADD COLUMN x int',
    'RENAME TABLE thing TO other',
    'CALL open_up()',
    'CALL plainly()',
    'DO plant()',
    'SET SESSION TRANSACTION READ WRITE',
    'SET @@session.tx_read_only = 0',
    'SET GLOBAL read_only = 1',
    'START TRANSACTION READ WRITE',
    'COMMIT',
    'BEGIN NOT ATOMIC INSERT INTO thing (name) VALUES (1); END',
    'LOCK TABLES thing WRITE',
    'HANDLER thing OPEN',
    'FLUSH TABLES',
    'KILL 1',
    'ANALYZE TABLE thing',
    "PREPARE p FROM 'DROP TABLE thing'",
    "EXECUTE IMMEDIATE 'DROP TABLE thing'",
    "LOAD DATA INFILE '/etc/passwd' INTO TABLE thing",
    "SELECT 'x' INTO OUTFILE '@FILE@'",
    "SELECT 'x' into\n -- x\n dumpfile '@FILE@'",
    "SELECT 'x' /*! INTO OUTFILE '@FILE@' */",
    "SELECT 'x' /*M!100000 INTO OUTFILE '@FILE@' */",
    "/*! INSERT INTO thing (name) VALUES ('x') */",
    "/*!99999 SELECT */ INSERT INTO thing (name) VALUES ('x')",
    '-- SELECT\nDROP TABLE thing',
    "# SELECT\nDROP TABLE thing",
    '--SELECT\n',
    'VALUES (plant())',
    'GRANT ALL ON *.* TO CURRENT_USER()',
    'XA START "x"',
    'SHUTDOWN',
  ])('%s', async (written) => {
    verifies('DBT-14');
    const text = written.replace('@FILE@', `${server.folder}/data/out-${Math.random()}`);
    const run = source.prepare({ text, parameters: [], read_only: true }).run([], { ...runContext(), limits: generous });
    expect((await refusal(run)).code).toBe('write_refused');
    expect(await things()).toBe(0);
    expect(await database.query("SHOW TABLES LIKE 'other'")).toEqual([]);
    expect(await database.query('SHOW COLUMNS FROM thing')).toHaveLength(2);
  });

    test('cannot be switched off by a function, not even for the next call', async () => {
      verifies('DBT-14');
      await database.query(
        'CREATE OR REPLACE FUNCTION open_session() RETURNS int BEGIN SET SESSION tx_read_only = 0; SET @opened = 1; RETURN 1; END',
      );
      for (let round = 0; round < 20; round += 1) {
        await read('SELECT open_session() AS value')({});
        expect((await refusal(read('SELECT plant() AS value')({}))).code).toBe('write_refused');
        expect(await value(read('SELECT @opened AS value')({}))).toBeNull();
      }
      expect(await things()).toBe(0);
    });

    test('locks nothing', async () => {
      expect((await refusal(read('SELECT * FROM thing FOR UPDATE')({}))).code).toBe('write_refused');
    });
  });

  describe('sessions', () => {
    test('carry nothing from one call to the next', async () => {
      const left = `SELECT CONCAT_WS(',', @person, @@session.time_zone, LAST_INSERT_ID(), FOUND_ROWS(), ROW_COUNT(),
      @@session.sql_select_limit, @@session.tx_isolation, @@in_transaction, DATABASE(), CURRENT_ROLE(), @@character_set_results) AS value`;
      const few = database.open({ max_connections: 2 });
      const on = (statement: string, read_only: boolean): Runner =>
        prepareTool(mysqlSql, few, { statement, read_only });
      const clean = await value(on(left, false)({}));
      await database.query(`CREATE OR REPLACE ROLE ${marker}_role`);
      await database.query(`GRANT ${marker}_role TO CURRENT_USER`).catch(() => undefined);
      const account = String((await database.query('SELECT DATABASE() AS name'))[0]?.['name']);
      await database.query(`GRANT ${marker}_role TO ${account}`);
      // oxfmt-ignore
      const litter = [
      "SET @person = 'somebody'", "SET time_zone = '+05:00'", 'SET SESSION sql_select_limit = 1', 'SET autocommit = 0',
      "SET SESSION sql_mode = 'ANSI_QUOTES'", 'SET NAMES latin1', 'USE information_schema', `SET ROLE ${marker}_role`,
      'CREATE TEMPORARY TABLE left_over (id int)', 'START TRANSACTION', "PREPARE p FROM 'SELECT 1'", "SELECT GET_LOCK('left', 0) AS value",
      'LOCK TABLES thing WRITE', "INSERT INTO thing (name) VALUES ('x')", "DELETE FROM thing", 'SELECT SQL_CALC_FOUND_ROWS 1 UNION SELECT 2 LIMIT 1',
      "SELECT 'somebody' INTO @person", 'SELECT 1 + "x"', 'SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE',
      'SELECT LAST_INSERT_ID(7)',
    ];
      for (const statement of litter) {
        // Not every server prepares every statement.
        await on(
          statement,
          false,
        )({}).catch((error: unknown) => expect(String(error)).toContain('feature_not_supported'));
        if (statement.startsWith('SELECT')) await on(statement, true)({});
        for (let round = 0; round < 3; round += 1) expect(await value(on(left, false)({})), statement).toBe(clean);
        expect((await on('SHOW WARNINGS', true)({})).rows, statement).toEqual([]);
        expect((await refusal(on('SELECT * FROM left_over', true)({}))).text).toContain('undefined_table');
        expect((await refusal(on('EXECUTE p', false)({}))).code).toBe('statement_failed');
        expect((await on('SELECT name FROM thing WHERE \'a\' = "a"', true)({})).truncated).toBeUndefined();
      }
      await expect.poll(() => value(read("SELECT IS_FREE_LOCK('left') AS value")({}))).toBe(1);
      await few.close();
    });

    test('a call may set variables and a role of its own', async () => {
      verifies('DBT-16');
      await database.query(`CREATE OR REPLACE ROLE ${marker}_reader`);
      const account = String((await database.query('SELECT DATABASE() AS name'))[0]?.['name']);
      await database.query(`GRANT ${marker}_reader TO ${account}`);
      const statement = source.prepare({
        text: 'SELECT @app.tenant AS tenant, @@time_zone AS zone, CURRENT_ROLE() AS role, @@max_sort_length AS sort',
        parameters: [],
        read_only: true,
      });
      const run = async (settings?: readonly SessionSetting[]) =>
        (
          await statement.run([], {
            ...runContext(),
            limits: generous,
            ...(settings === undefined ? {} : { settings }),
          })
        ).rows[0];
      const nobody = await run();
      expect(nobody).toMatchObject({ tenant: null, role: null });
      for (const tenant of ["a'; DROP TABLE thing; --", '\\', '007', 'ö𝕫', '']) {
        const settings = [
          { name: 'app.tenant', value: tenant },
          { name: 'time_zone', value: '+05:00' },
          { name: 'max_sort_length', value: '64' },
          { name: 'role', value: `${marker}_reader` },
        ];
        expect(await run(settings)).toEqual({ tenant, zone: '+05:00', role: `${marker}_reader`, sort: 64 });
        expect(await run()).toEqual(nobody);
      }
      for (const name of ['sql_mode', 'autocommit', 'tx_read_only', 'a b', 'x = 1, y', '`', 'character_set_client']) {
        expect((await refusal(run([{ name, value: '1' }]))).code).toBe('statement_failed');
      }
      expect((await refusal(run([{ name: 'role', value: '` ; DROP' }]))).code).toBe('statement_failed');
      expect((await refusal(run([{ name: 'no_such_variable', value: '1' }]))).code).toBe('statement_failed');
      expect(await run()).toEqual(nobody);
    });

    test('a write that was answered is kept, whatever the server commits by itself', async () => {
      await database.query('SET GLOBAL autocommit = 0');
      const other = database.open();
      const insert = prepareTool(mysqlSql, other, {
        statement: "INSERT INTO thing (name) VALUES ('kept')",
        read_only: false,
      });
      expect(await insert({})).toMatchObject({ affected_rows: 1, columns: [] });
      await other.close();
      await database.query('SET GLOBAL autocommit = 1');
      expect(await things()).toBe(1);
    });

    test('the file may set system variables and a longest time', async () => {
      const other = database.open({
        queryParams: { time_zone: "'+03:00'", max_sort_length: 65, parseTime: true },
        queryTimeout: '300ms',
      });
      const on = (statement: string): Runner => prepareTool(mysqlSql, other, { statement });
      expect((await on('SELECT @@time_zone AS z, @@max_sort_length AS n')({})).rows).toEqual([{ z: '+03:00', n: 65 }]);
      expect((await refusal(on('SELECT SLEEP(60)')({}))).code).toBe('call_timed_out');
      await expect.poll(() => database.running()).toBe(0);
      await other.close();
    });
  });

  describe('answers', () => {
    test('of a procedure are its first rows', async () => {
      await database.query(
        "CREATE OR REPLACE PROCEDURE two() BEGIN INSERT INTO thing (name) VALUES ('p'); SELECT 1 AS value UNION SELECT 2; SELECT 'second'; END",
      );
      for (let round = 0; round < 3; round += 1) {
        expect((await write('CALL two()')({}).catch(() => undefined))?.rows ?? []).toEqual(
          round === 0 ? [{ value: 1 }, { value: 2 }] : [],
        );
      }
      expect(await things()).toBe(1);
    });

    // oxfmt-ignore
    test.each([
    ['INSERT INTO limited VALUES (NULL, 1)', '23000, not_null_violation'],
    ['INSERT INTO limited VALUES (1, 99)', '23000, check_violation'],
    ['INSERT INTO limited VALUES (300, 1)', '22003, numeric_value_out_of_range'],
    ['SELECT nothing FROM thing', '42S22, undefined_column'],
    ['SELECT * FROM nothing', '42S02, undefined_table'],
    ['SELEC 1', '42000, syntax_error'],
    ['SELECT nothing()', '42000, undefined_function'],
    ['SELECT (SELECT seq FROM seq_1_to_2)', '21000, cardinality_violation'],
    ["SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'plantedsecret'", '45000, raise_exception'],
    ['DROP DATABASE mysql', '42000, insufficient_privilege'],
  ])('%s fails with SQLSTATE %s', async (statement, told) => {
    await database.query('CREATE TABLE IF NOT EXISTS limited (a tinyint NOT NULL, b int CHECK (b < 10))');
    const refused = await refusal(write(statement)({}));
    expect(refused.text).toContain(`SQLSTATE ${told}`);
  });
  });

  describe('connections', () => {
    test('many slow calls leave a way for quick ones, and open no more connections than allowed', async () => {
      verifies('DBT-15');
      const few = database.open({ max_connections: 4 });
      const on = (statement: string): Runner => prepareTool(mysqlSql, few, { statement, parameters: named('string') });
      const slow = on('SELECT SLEEP(0.5), ? AS value');
      const other_slow = on('SELECT SLEEP(0.5) + 1, ? AS value');
      const quick = on('SELECT ? AS value');
      for (let index = 0; index < 30; index += 1) await quick({ p1: 'known' });
      await other_slow({ p1: '' });
      const sleeping = Promise.all(Array.from({ length: 4 }, () => [slow({}), other_slow({})]).flat());
      await expect.poll(() => database.running()).toBe(3);
      const started = performance.now();
      expect(await value(quick({ p1: 'through' }))).toBe('through');
      expect(performance.now() - started).toBeLessThan(400);
      expect(await database.connections()).toBe(4);
      await sleeping;
      await few.close();
      await expect.poll(() => database.connections()).toBeLessThanOrEqual(16);
    });

    test('cancelled and timed-out calls free their connections at once, waiting ones too', async () => {
      verifies('DBT-13', 'DBT-15');
      const few = database.open({ max_connections: 2 });
      const endless = prepareTool(mysqlSql, few, {
        statement: 'SELECT COUNT(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b',
      });
      const controllers = Array.from({ length: 8 }, () => new AbortController());
      const runs = controllers.map(({ signal }) => endless({}, { signal }));
      const settled = Promise.allSettled(runs);
      await expect.poll(() => database.running()).toBe(1);
      const reason = new ToolcribError('call_timed_out', { params: { timeout_ms: 1 } });
      for (const controller of controllers) controller.abort(reason);
      for (const result of await settled) expect(result).toEqual({ status: 'rejected', reason });
      await expect.poll(() => database.running()).toBe(0);
      expect((await prepareTool(mysqlSql, few, { statement: 'SELECT 1 AS value' })({})).rows).toEqual([{ value: 1 }]);
      await few.close();
    });

    test('a cancelled write is not written, and meets no neighbour', async () => {
      verifies('DBT-15');
      const insert = write("INSERT INTO thing (name) SELECT 'late' FROM (SELECT SLEEP(30)) AS slept");
      const echo = read('SELECT SLEEP(0.01), ? AS value', 'string');
      for (let round = 0; round < 5; round += 1) {
        const controller = new AbortController();
        const doomed = insert({}, { signal: controller.signal });
        const neighbours = Array.from({ length: 10 }, (_, index) => value(echo({ p1: `${index}` })));
        setTimeout(() => controller.abort(new ToolcribError('call_cancelled')), 5 + round * 7);
        expect((await refusal(doomed)).code).toBe('call_cancelled');
        expect(await Promise.all(neighbours)).toEqual(neighbours.map((_, index) => `${index}`));
      }
      await expect.poll(() => database.running()).toBe(0);
      expect(await things()).toBe(0);
    });

    test('a reading call survives the end of its connection; a writing one says that it does not know', async () => {
      const kill = async (): Promise<void> => {
        const rows = await database.query(
          "SELECT id FROM information_schema.processlist WHERE info LIKE '%doomed%' AND info NOT LIKE '%processlist%'",
        );
        for (const { id } of rows) await database.query(`KILL ${String(id)}`);
      };
      const reading = read("SELECT 'doomed' AS value, SLEEP(0.7)")({});
      await expect.poll(() => database.running()).toBe(1);
      await kill();
      expect(await value(reading)).toBe('doomed');
      const writing = refusal(write("INSERT INTO thing (name) SELECT 'doomed' FROM (SELECT SLEEP(2)) AS slept")({}));
      await expect.poll(() => database.running()).toBe(1);
      await kill();
      expect((await writing).code).toBe('source_unavailable');
      expect(await things()).toBe(0);
      expect(await value(write('SELECT 1 AS value')({}))).toBe(1);
    });
  });

  describe('big results', () => {
    test('33 MB for each of four callers leave memory as it was', async () => {
      verifies('DBT-13');
      const one_row = read("SELECT REPEAT('x', 33000000) AS value");
      const many_rows = read("SELECT REPEAT('x', 33000) AS value FROM seq_1_to_1000");
      const endless = read("SELECT REPEAT('x', 1000000) AS value FROM seq_1_to_999");
      await Promise.all([one_row({}), many_rows({}), endless({})]);
      const before = process.memoryUsage.rss();
      let most = 0;
      const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
      for (let round = 0; round < 2; round += 1) {
        const runs = Array.from({ length: 4 }, () => [one_row({}), many_rows({}), endless({})]).flat();
        for (const result of await Promise.all(runs)) expect(result.truncated).toMatchObject({ by: 'bytes' });
      }
      clearInterval(timer);
      expect((most - before) / 1e6).toBeLessThan(120);
      await expect.poll(() => database.running()).toBe(0);
    });

    test('a wide row within the limit comes whole, also over several packets', async () => {
      const wide = read('SELECT ? AS value', 'string');
      const p1 = 'ö€\\"'.repeat(40_000);
      expect(await value(wide({ p1 }))).toBe(p1);
      const limits = { rows: 10, bytes: 60_000_000 };
      const huge = await read("SELECT REPEAT('x', 33554430) AS value UNION ALL SELECT 'after'")({}, { limits });
      expect(huge.rows.map((row) => (row['value'] as string).length)).toEqual([33_554_430, 5]);
    });
  });
});
