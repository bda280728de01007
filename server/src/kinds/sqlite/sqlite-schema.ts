// The tool kind `sqlite-schema`: the columns of tables and views, one row each: what is needed to write a statement.
import { createFixedSqlKind } from '../sql/fixed-sql-kind.ts';
import { tableNames } from '../sql/table-parameters.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { chosenTables, ownTables } from './table-texts.ts';

const statement = `SELECT t.schema AS schema_name, t.name AS table_name,
  CASE t.type WHEN 'virtual' THEN 'virtual table' ELSE t.type END AS table_type,
  c.name AS column_name, c.type AS data_type, c."notnull" = 0 AS is_nullable,
  c.dflt_value AS column_default, c.pk > 0 AS is_primary_key,
  (SELECT f."table" || coalesce('.' || f."to", '') FROM pragma_foreign_key_list(t.name) AS f
    WHERE f."from" = c.name COLLATE NOCASE ORDER BY f.id LIMIT 1) AS referenced_column,
  (SELECT json_group_array(i.name) FROM pragma_index_list(t.name) AS i
    WHERE EXISTS (SELECT 1 FROM pragma_index_info(i.name) AS x WHERE x.name = c.name)) AS indexes
FROM pragma_table_list AS t JOIN pragma_table_xinfo(t.name) AS c
WHERE ${ownTables} AND c.hidden <> 1 AND ${chosenTables}
ORDER BY t.name, c.cid`;

export const sqliteSchema = createFixedSqlKind({
  type: 'sqlite-schema',
  aliases: [],
  source_types: ['sqlite'],
  dialect: sqliteDialect,
  parameters: [tableNames],
  statement,
  json_columns: ['indexes'],
});
