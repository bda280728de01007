// The tool kind `mysql-list-tables`: the tables of a server with columns, constraints, indexes and triggers, one row per
// table, with the parameters and columns of the toolbox's kind of that name.
import { createFixedSqlKind } from '../sql/fixed-sql-kind.ts';
import { outputFormat, tableNames } from '../sql/table-parameters.ts';
import { mysqlDialect } from './mysql-dialect.ts';
import { chosenTables } from './table-texts.ts';

/** A list of objects from another table. MariaDB takes a subquery for a text unless a function of JSON is around it. */
function listOf(object: string, from: string): string {
  return `JSON_EXTRACT(IFNULL((SELECT JSON_ARRAYAGG(${object}) FROM information_schema.${from}), '[]'), '$')`;
}

const columns = listOf(
  `JSON_OBJECT('column_name', c.column_name, 'data_type', c.column_type, 'ordinal_position', c.ordinal_position,
      'is_not_nullable', IF(c.is_nullable = 'NO', 1, 0), 'column_default', c.column_default, 'column_comment', c.column_comment)`,
  'columns AS c WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name',
);

const keyColumns = (column: string): string =>
  listOf(
    `k.${column}`,
    `key_column_usage AS k WHERE k.constraint_schema = n.constraint_schema AND k.constraint_name = n.constraint_name
      AND k.table_name = n.table_name AND k.${column} IS NOT NULL`,
  );

const constraints = listOf(
  `JSON_OBJECT('constraint_name', n.constraint_name, 'constraint_type', n.constraint_type,
      'constraint_columns', ${keyColumns('column_name')},
      'foreign_key_referenced_table', (
        SELECT MIN(k.referenced_table_name) FROM information_schema.key_column_usage AS k
        WHERE k.constraint_schema = n.constraint_schema AND k.constraint_name = n.constraint_name AND k.table_name = n.table_name
      ),
      'foreign_key_referenced_columns', ${keyColumns('referenced_column_name')})`,
  'table_constraints AS n WHERE n.table_schema = t.table_schema AND n.table_name = t.table_name',
);

const indexColumns = listOf(
  'm.column_name',
  `statistics AS m WHERE m.table_schema = i.table_schema AND m.table_name = i.table_name AND m.index_name = i.index_name`,
);

const indexes = listOf(
  `JSON_OBJECT('index_name', i.index_name, 'is_unique', IF(i.non_unique = 0, 1, 0),
      'is_primary', IF(i.index_name = 'PRIMARY', 1, 0), 'index_columns', ${indexColumns})`,
  'statistics AS i WHERE i.table_schema = t.table_schema AND i.table_name = t.table_name AND i.seq_in_index = 1',
);

const triggers = listOf(
  `JSON_OBJECT('trigger_name', g.trigger_name, 'trigger_definition', g.action_statement)`,
  'triggers AS g WHERE g.event_object_schema = t.table_schema AND g.event_object_table = t.table_name',
);

const statement = `SELECT t.table_schema AS schema_name, t.table_name AS object_name,
  JSON_EXTRACT(IF(asked.output_format = 'simple', JSON_OBJECT('name', t.table_name), JSON_OBJECT(
    'schema_name', t.table_schema, 'object_name', t.table_name, 'object_type', 'TABLE', 'comment', t.table_comment,
    'columns', ${columns}, 'constraints', ${constraints}, 'indexes', ${indexes}, 'triggers', ${triggers}
  )), '$') AS object_details
FROM information_schema.tables AS t
CROSS JOIN (SELECT ? AS table_names, ? AS output_format) AS asked
WHERE t.table_type = 'BASE TABLE' AND ${chosenTables}
ORDER BY t.table_schema, t.table_name`;

export const mysqlListTables = createFixedSqlKind({
  type: 'mysql-list-tables',
  aliases: ['mariadb-list-tables', 'tidb-list-tables'],
  source_types: ['mysql'],
  dialect: mysqlDialect,
  parameters: [tableNames, outputFormat],
  statement,
});
