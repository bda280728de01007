// The tool kind `sqlite-list-tables`: the tables of a database with columns, constraints, indexes and triggers, one row per
// table, with the parameters and columns of `postgres-list-tables`.
import { createFixedSqlKind } from '../sql/fixed-sql-kind.ts';
import { outputFormat, tableNames } from '../sql/table-parameters.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { chosenTables, ownTables } from './table-texts.ts';

/** A truth value inside JSON. */
const flag = (expression: string): string => `json(iif(${expression}, 'true', 'false'))`;
const list = (members: string, from: string): string => `(SELECT json_group_array(json_object(${members})) ${from})`;

const columns = list(
  `'column_name', c.name, 'data_type', c.type, 'ordinal_position', c.cid + 1, 'is_not_nullable', ${flag('c."notnull"')},
   'column_default', c.dflt_value, 'is_primary_key', ${flag('c.pk > 0')}`,
  'FROM (SELECT * FROM pragma_table_xinfo(t.name) WHERE hidden <> 1 ORDER BY cid) AS c',
);
const constraints = list(
  `'constraint_type', 'FOREIGN KEY', 'constraint_columns', json(f.own),
   'foreign_key_referenced_table', f."table", 'foreign_key_referenced_columns', json(f.theirs)`,
  `FROM (SELECT id, "table", json_group_array("from") AS own, json_group_array("to") AS theirs
     FROM (SELECT * FROM pragma_foreign_key_list(t.name) ORDER BY id, seq) GROUP BY id, "table") AS f`,
);
const indexes = list(
  `'index_name', i.name, 'is_unique', ${flag('i."unique"')}, 'is_primary', ${flag(`i.origin = 'pk'`)},
   'index_columns', json((SELECT json_group_array(x.name) FROM pragma_index_info(i.name) AS x))`,
  'FROM (SELECT * FROM pragma_index_list(t.name) ORDER BY name) AS i',
);
const triggers = list(
  `'trigger_name', g.name, 'trigger_definition', g.sql`,
  `FROM (SELECT * FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = t.name ORDER BY name) AS g`,
);

const statement = `SELECT t.schema AS schema_name, t.name AS object_name,
  CASE WHEN :output_format = 'simple' THEN json_object('name', t.name)
  ELSE json_object('schema_name', t.schema, 'object_name', t.name, 'object_type', upper(t.type),
    'columns', ${columns}, 'constraints', ${constraints}, 'indexes', ${indexes}, 'triggers', ${triggers},
    'definition', (SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = t.name)
  ) END AS object_details
FROM pragma_table_list AS t
WHERE t.type IN ('table', 'virtual') AND ${ownTables} AND ${chosenTables}
ORDER BY t.name`;

export const sqliteListTables = createFixedSqlKind({
  type: 'sqlite-list-tables',
  aliases: [],
  source_types: ['sqlite'],
  dialect: sqliteDialect,
  parameters: [tableNames, outputFormat],
  statement,
  json_columns: ['object_details'],
});
