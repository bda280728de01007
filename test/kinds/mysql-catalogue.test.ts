// The kinds of MySQL that come with their statement, or take the caller's; and files that name them as the toolbox does.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Arguments } from '../../server/src/catalog/parameters.ts';
import type { RowsResult } from '../../server/src/catalog/result.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import type { ToolKind } from '../../server/src/catalog/tool.ts';
import { mysqlExecuteSql } from '../../server/src/kinds/mysql/mysql-execute-sql.ts';
import { mysqlListTables } from '../../server/src/kinds/mysql/mysql-list-tables.ts';
import { mysqlSchema } from '../../server/src/kinds/mysql/mysql-schema.ts';
import { mysqlSource } from '../../server/src/kinds/mysql/mysql-source.ts';
import { mysqlSql } from '../../server/src/kinds/mysql/mysql-sql.ts';
import { hasMariadb, startMariadb } from '../support/mariadb.ts';
import type { MariadbServer } from '../support/mariadb.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';
import { createPlantedMysql } from './mysql-subject.ts';
import type { PlantedMysql } from './mysql-subject.ts';
import { refusal } from './sql-kind-contract.ts';

// Skipped: where MariaDB is not installed and cannot be.
describe.skipIf(!hasMariadb())('kinds of MySQL with statements of their own', () => {
  let server: MariadbServer;
  let database: PlantedMysql;
  let source: SqlSource;

  beforeAll(async () => {
    server = await startMariadb();
    database = await createPlantedMysql(server);
    await database.query("ALTER TABLE thing COMMENT 'it''s \"a\" thing'");
    await database.query(
      'CREATE TABLE part (id int PRIMARY KEY, thing_id int NOT NULL REFERENCES thing (id), note json, KEY by_note (thing_id, id))',
    );
    await database.query('CREATE TRIGGER watch BEFORE INSERT ON part FOR EACH ROW SET NEW.id = NEW.id');
    await database.query('CREATE VIEW seen AS SELECT name FROM thing');
    source = database.open();
  });
  afterAll(async () => {
    await source.close();
    await server.remove();
  });

  async function run(kind: ToolKind, args: Arguments, read_only = true): Promise<RowsResult> {
    const parameters = kind.parameters ?? [];
    const tool = kind.prepare({}, { name: 'tool', parameters, read_only, source });
    const result = await tool(args, runContext());
    if (result.kind !== 'rows') throw new TypeError('An SQL kind answered no rows');
    return result;
  }

  test('lists tables with what they are made of', async () => {
    verifies('DBT-05');
    const simple = await run(mysqlListTables, { table_names: '', output_format: 'simple' });
    expect(simple.rows.map(({ object_details }) => object_details)).toEqual([{ name: 'part' }, { name: 'thing' }]);
    const { rows } = await run(mysqlListTables, { table_names: 'nothing, part', output_format: 'detailed' });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      object_name: 'part',
      object_details: {
        object_type: 'TABLE',
        columns: expect.arrayContaining([
          expect.objectContaining({ column_name: 'thing_id', data_type: 'int(11)', is_not_nullable: 1 }),
        ]) as unknown,
        constraints: expect.arrayContaining([
          expect.objectContaining({ constraint_type: 'PRIMARY KEY', constraint_columns: ['id'] }),
          expect.objectContaining({
            constraint_type: 'FOREIGN KEY',
            constraint_columns: ['thing_id'],
            foreign_key_referenced_table: 'thing',
            foreign_key_referenced_columns: ['id'],
          }),
        ]) as unknown,
        indexes: expect.arrayContaining([
          { index_name: 'PRIMARY', is_unique: 1, is_primary: 1, index_columns: ['id'] },
          { index_name: 'by_note', is_unique: 0, is_primary: 0, index_columns: ['thing_id', 'id'] },
        ]) as unknown,
        triggers: [{ trigger_name: 'watch', trigger_definition: 'SET NEW.id = NEW.id' }],
      },
    });
    const thing = await run(mysqlListTables, { table_names: 'thing', output_format: 'detailed' });
    expect(thing.rows[0]?.['object_details']).toMatchObject({ comment: 'it\'s "a" thing', triggers: [] });
    expect((await run(mysqlListTables, { table_names: "x' OR '1'='1", output_format: 'simple' })).rows).toEqual([]);
  });

  test('tells the columns of tables and views', async () => {
    const { rows } = await run(mysqlSchema, { table_names: 'part,seen' });
    expect(rows.map((row) => [row['table_type'], row['column_name'], row['is_primary_key']])).toEqual([
      ['table', 'id', 1],
      ['table', 'thing_id', 0],
      ['table', 'note', 0],
      ['view', 'name', 0],
    ]);
    expect(rows[1]?.['referenced_column']).toMatch(/\.thing\.id$/);
  });

  test('runs the statement of the caller, within the same walls', async () => {
    verifies('DBT-14');
    expect((await run(mysqlExecuteSql, { sql: 'SELECT 1 AS a; ' })).rows).toEqual([{ a: 1 }]);
    for (const sql of [
      "INSERT INTO thing (name) VALUES ('x')",
      'SELECT plant()',
      'DROP TABLE part',
      '/*! DROP TABLE part */',
      'CALL x()',
    ]) {
      expect((await refusal(run(mysqlExecuteSql, { sql }))).code).toBe('write_refused');
    }
    expect((await refusal(run(mysqlExecuteSql, { sql: 'SELECT ?' }))).code).toBe('statement_failed');
    expect((await refusal(run(mysqlExecuteSql, { sql: 'SELECT 1; SELECT 2' }))).code).toBe('statement_failed');
    expect(await run(mysqlExecuteSql, { sql: "INSERT INTO thing (name) VALUES ('y')" }, false)).toMatchObject({
      affected_rows: 1,
    });
  });

  test('what a read-only tool can never run is a fault of the file', () => {
    const check = (statement: string): readonly unknown[] =>
      mysqlSql.check({ statement }, { parameters: [], read_only: true });
    expect(check('SELECT 1')).toEqual([]);
    for (const statement of [
      'CALL x()',
      'CREATE TABLE t (a int)',
      'SET @a = 1',
      'LOAD DATA INFILE "x" INTO TABLE t',
      'HANDLER t OPEN',
    ]) {
      expect(check(statement)).toHaveLength(1);
    }
  });

  test('the fields of the toolbox load', () => {
    const base = { host: '127.0.0.1', port: '3306', database: 'd', user: 'u', password: 'p' };
    expect(mysqlSource.fields.safeParse(base).data).toMatchObject({ port: 3306 });
    const parse = (more: object): boolean => mysqlSource.fields.safeParse({ ...base, ...more }).success;
    for (const good of [
      { queryTimeout: '1m30s' },
      { queryParams: { tls: 'true', time_zone: "'+00:00'" } },
      { ssl: true },
    ])
      expect(parse(good)).toBe(true);
    for (const bad of [
      { queryTimeout: 'soon' },
      { queryParams: { tls: 'skip-verify' } },
      { queryParams: { 'a = 1, b': 'x' } },
      { max_connections: 1 },
      { multiStatements: true },
    ]) {
      expect(parse(bad)).toBe(false);
    }
  });
});
