// The tool kind `postgres-schema`: the columns of tables and views, one row each: what is needed to write a statement.
import { createFixedSqlKind } from '../sql/fixed-sql-kind.ts';
import { tableNames } from '../sql/table-parameters.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { chosenTables, ownTables } from './table-texts.ts';

const statement = `SELECT s.nspname::text AS schema_name, t.relname::text AS table_name,
  CASE t.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END
    AS table_type,
  obj_description(t.oid, 'pg_class') AS table_comment,
  a.attname::text AS column_name, format_type(a.atttypid, a.atttypmod) AS data_type, NOT a.attnotnull AS is_nullable,
  pg_get_expr(d.adbin, d.adrelid) AS column_default,
  EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary AND a.attnum = ANY (i.indkey))
    AS is_primary_key,
  (SELECT c.confrelid::regclass::text || '.' || f.attname FROM pg_constraint c
    CROSS JOIN unnest(c.conkey, c.confkey) AS k (own, foreign_one)
    JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.foreign_one
    WHERE c.conrelid = t.oid AND c.contype = 'f' AND k.own = a.attnum ORDER BY c.conname LIMIT 1) AS referenced_column,
  ARRAY(SELECT r.relname::text FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid
    WHERE i.indrelid = t.oid AND a.attnum = ANY (i.indkey) ORDER BY r.relname) AS indexes,
  col_description(t.oid, a.attnum) AS column_comment
FROM pg_class t JOIN pg_namespace s ON s.oid = t.relnamespace
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE t.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${ownTables} AND ${chosenTables}
ORDER BY s.nspname, t.relname, a.attnum`;

export const postgresSchema = createFixedSqlKind({
  type: 'postgres-schema',
  aliases: [],
  source_types: ['postgres'],
  dialect: postgresDialect,
  parameters: [tableNames],
  statement,
});
