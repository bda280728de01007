// The kinds that tell about the tables of a real PostgreSQL.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RowsResult } from '../../server/src/catalog/result.ts';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import type { ToolKind } from '../../server/src/catalog/tool.ts';
import { postgresListTables } from '../../server/src/kinds/postgres/postgres-list-tables.ts';
import { postgresSchema } from '../../server/src/kinds/postgres/postgres-schema.ts';
import { runContext } from '../support/run-context.ts';
import { verifies } from '../support/verifies.ts';
import { createPlantedDatabase, openPostgres } from './postgres-subject.ts';
import type { PlantedDatabase } from './postgres-subject.ts';

let database: PlantedDatabase;
let source: SqlSource;
let owner: string;

const ask = async (kind: ToolKind, args: Record<string, string>): Promise<RowsResult['rows']> => {
  const run = kind.prepare({}, { name: 'tables', parameters: kind.parameters ?? [], read_only: true, source });
  const answer = await run({ table_names: '', output_format: 'detailed', ...args }, runContext());
  return (answer as RowsResult).rows;
};

beforeAll(async () => {
  database = await createPlantedDatabase();
  source = openPostgres(database.url);
  owner = new URL(database.url).username;
  await database.query(`SET ROLE ${owner};
    DROP TABLE thing;
    CREATE SCHEMA shop;
    CREATE TABLE shop.customer (id bigint PRIMARY KEY, name varchar(40) NOT NULL DEFAULT 'nobody', UNIQUE (name));
    COMMENT ON TABLE shop.customer IS 'Who buys';
    COMMENT ON COLUMN shop.customer.name IS 'As on the letter';
    CREATE TABLE shop."order" (customer bigint REFERENCES shop.customer, no int, total numeric(10,2) CHECK (total > 0), PRIMARY KEY (customer, no)) PARTITION BY RANGE (no);
    CREATE INDEX by_total ON shop."order" (total, no);
    CREATE VIEW shop.big AS SELECT * FROM shop."order" WHERE total > 1000;
    CREATE FUNCTION shop.noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER watch BEFORE INSERT ON shop.customer FOR EACH ROW EXECUTE FUNCTION shop.noop();
    CREATE TABLE gone (a int, b int); ALTER TABLE gone DROP COLUMN a;
    CREATE TEMP TABLE fleeting (id int);
    RESET ROLE`);
});
afterAll(async () => {
  await source.close();
  await database.remove();
});

test('lists every table with all its details', async () => {
  verifies('DBT-05');
  const rows = await ask(postgresListTables, {});
  expect(rows.map((row) => [row['schema_name'], row['object_name']])).toEqual([
    ['public', 'gone'],
    ['shop', 'customer'],
    ['shop', 'order'],
  ]);
  expect(rows[0]?.['object_details']).toMatchObject({ columns: [{ column_name: 'b' }], indexes: [], triggers: [] });
  expect(rows[1]?.['object_details']).toEqual({
    schema_name: 'shop',
    object_name: 'customer',
    object_type: 'TABLE',
    owner,
    comment: 'Who buys',
    columns: [
      {
        column_name: 'id',
        data_type: 'bigint',
        ordinal_position: 1,
        is_not_nullable: true,
        column_default: null,
        column_comment: null,
      },
      {
        column_name: 'name',
        data_type: 'character varying(40)',
        ordinal_position: 2,
        is_not_nullable: true,
        column_default: "'nobody'::character varying",
        column_comment: 'As on the letter',
      },
    ],
    constraints: [
      {
        constraint_name: 'customer_name_key',
        constraint_type: 'UNIQUE',
        constraint_definition: 'UNIQUE (name)',
        constraint_columns: ['name'],
        foreign_key_referenced_table: null,
        foreign_key_referenced_columns: null,
      },
      {
        constraint_name: 'customer_pkey',
        constraint_type: 'PRIMARY KEY',
        constraint_definition: 'PRIMARY KEY (id)',
        constraint_columns: ['id'],
        foreign_key_referenced_table: null,
        foreign_key_referenced_columns: null,
      },
    ],
    indexes: [
      {
        index_name: 'customer_name_key',
        index_definition: 'CREATE UNIQUE INDEX customer_name_key ON shop.customer USING btree (name)',
        is_unique: true,
        is_primary: false,
        index_method: 'btree',
        index_columns: ['name'],
      },
      {
        index_name: 'customer_pkey',
        index_definition: 'CREATE UNIQUE INDEX customer_pkey ON shop.customer USING btree (id)',
        is_unique: true,
        is_primary: true,
        index_method: 'btree',
        index_columns: ['id'],
      },
    ],
    triggers: [
      {
        trigger_name: 'watch',
        trigger_definition:
          'CREATE TRIGGER watch BEFORE INSERT ON shop.customer FOR EACH ROW EXECUTE FUNCTION shop.noop()',
        trigger_enabled_state: 'O',
      },
    ],
  });
  expect(rows[2]?.['object_details']).toMatchObject({
    object_type: 'PARTITIONED TABLE',
    constraints: expect.arrayContaining([
      expect.objectContaining({
        constraint_type: 'FOREIGN KEY',
        constraint_columns: ['customer'],
        foreign_key_referenced_table: 'shop.customer',
        foreign_key_referenced_columns: ['id'],
      }),
    ]) as unknown,
  });
});

test.each([
  ['customer', ['customer']],
  [' shop.order , gone', ['gone', 'order']],
  ["x', 'y", []],
  ['public.customer', []],
])('lists the tables of these names: %s', async (table_names, expected) => {
  verifies('DBT-05');
  const rows = await ask(postgresListTables, { table_names, output_format: 'simple' });
  expect(rows.map((row) => row['object_details'])).toEqual(expected.map((name) => ({ name })));
});

test('tells every column of tables and views', async () => {
  verifies('DBT-05');
  const rows = await ask(postgresSchema, { table_names: 'customer,order,big' });
  const shown = rows.map(({ table_type, table_name, column_name, data_type }) => [
    table_type,
    table_name,
    column_name,
    data_type,
  ]);
  expect(shown).toEqual([
    ['view', 'big', 'customer', 'bigint'],
    ['view', 'big', 'no', 'integer'],
    ['view', 'big', 'total', 'numeric(10,2)'],
    ['table', 'customer', 'id', 'bigint'],
    ['table', 'customer', 'name', 'character varying(40)'],
    ['table', 'order', 'customer', 'bigint'],
    ['table', 'order', 'no', 'integer'],
    ['table', 'order', 'total', 'numeric(10,2)'],
  ]);
  expect(rows[4]).toMatchObject({
    schema_name: 'shop',
    table_comment: 'Who buys',
    is_nullable: false,
    column_default: "'nobody'::character varying",
    is_primary_key: false,
    indexes: ['customer_name_key'],
    column_comment: 'As on the letter',
  });
  expect(rows[5]).toMatchObject({
    is_primary_key: true,
    referenced_column: 'shop.customer.id',
    indexes: ['order_pkey'],
  });
  expect(rows[7]).toMatchObject({
    is_nullable: true,
    is_primary_key: false,
    referenced_column: null,
    indexes: ['by_total'],
  });
});

test('only reads, and says so when a file wants more', () => {
  for (const kind of [postgresListTables, postgresSchema]) {
    const tool = { parameters: kind.parameters ?? [], read_only: false };
    expect(kind.check({}, tool)).toMatchObject([{ path: 'readOnly' }]);
    expect(kind.check({}, { ...tool, read_only: true })).toEqual([]);
  }
});
