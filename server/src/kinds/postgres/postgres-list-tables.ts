// The tool kind `postgres-list-tables`: the tables of a database with columns, constraints, indexes and triggers, one row
// per table, with the parameters and columns of the toolbox's kind of that name.
import { createFixedSqlKind } from '../sql/fixed-sql-kind.ts';
import { outputFormat, tableNames } from '../sql/table-parameters.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { chosenTables, ownTables } from './table-texts.ts';

/** The names of the columns with these numbers, in their order. */
const columnNames = (numbers: string, table: string): string =>
  `(SELECT array_agg(a.attname ORDER BY n.place) FROM unnest(${numbers}) WITH ORDINALITY AS n (number, place)
    JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = n.number)`;
const list = (members: string, from: string): string =>
  `coalesce((SELECT json_agg(json_build_object(${members}) ${from}), '[]'::json)`;

const columns = list(
  `'column_name', a.attname, 'data_type', format_type(a.atttypid, a.atttypmod), 'ordinal_position', a.attnum,
   'is_not_nullable', a.attnotnull, 'column_default', pg_get_expr(d.adbin, d.adrelid),
   'column_comment', col_description(a.attrelid, a.attnum)`,
  `ORDER BY a.attnum) FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped`,
);
const constraints = list(
  `'constraint_name', c.conname,
   'constraint_type', CASE c.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'f' THEN 'FOREIGN KEY' WHEN 'u' THEN 'UNIQUE'
     WHEN 'c' THEN 'CHECK' ELSE c.contype::text END,
   'constraint_definition', pg_get_constraintdef(c.oid),
   'constraint_columns', ${columnNames('c.conkey', 'c.conrelid')},
   'foreign_key_referenced_table', nullif(c.confrelid, 0)::regclass,
   'foreign_key_referenced_columns', ${columnNames('c.confkey', 'c.confrelid')}`,
  `ORDER BY c.conname) FROM pg_constraint c WHERE c.conrelid = t.oid`,
);
const indexes = list(
  `'index_name', r.relname, 'index_definition', pg_get_indexdef(i.indexrelid), 'is_unique', i.indisunique,
   'is_primary', i.indisprimary, 'index_method', m.amname, 'index_columns', ${columnNames('i.indkey::int[]', 'i.indrelid')}`,
  `ORDER BY r.relname) FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid JOIN pg_am m ON m.oid = r.relam
   WHERE i.indrelid = t.oid`,
);
const triggers = list(
  `'trigger_name', g.tgname, 'trigger_definition', pg_get_triggerdef(g.oid), 'trigger_enabled_state', g.tgenabled`,
  `ORDER BY g.tgname) FROM pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal`,
);

const statement = `SELECT s.nspname AS schema_name, t.relname AS object_name,
  CASE WHEN $2 = 'simple' THEN json_build_object('name', t.relname)
  ELSE json_build_object(
    'schema_name', s.nspname,
    'object_name', t.relname,
    'object_type', CASE t.relkind WHEN 'p' THEN 'PARTITIONED TABLE' ELSE 'TABLE' END,
    'owner', pg_get_userbyid(t.relowner),
    'comment', obj_description(t.oid, 'pg_class'),
    'columns', ${columns},
    'constraints', ${constraints},
    'indexes', ${indexes},
    'triggers', ${triggers}
  ) END AS object_details
FROM pg_class t JOIN pg_namespace s ON s.oid = t.relnamespace
WHERE t.relkind IN ('r', 'p') AND ${ownTables} AND ${chosenTables}
ORDER BY s.nspname, t.relname`;

export const postgresListTables = createFixedSqlKind({
  type: 'postgres-list-tables',
  aliases: ['cockroachdb-list-tables'],
  source_types: ['postgres'],
  dialect: postgresDialect,
  parameters: [tableNames, outputFormat],
  statement,
});
