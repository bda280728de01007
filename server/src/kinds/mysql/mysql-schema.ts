// The tool kind `mysql-schema`: the columns of tables and views, one row each: what is needed to write a statement.
import { createFixedSqlKind } from '../sql/fixed-sql-kind.ts';
import { tableNames } from '../sql/table-parameters.ts';
import { mysqlDialect } from './mysql-dialect.ts';
import { chosenTables } from './table-texts.ts';

const statement = `SELECT t.table_schema AS schema_name, t.table_name AS table_name,
  IF(t.table_type = 'VIEW', 'view', 'table') AS table_type,
  c.column_name AS column_name, c.column_type AS data_type,
  IF(c.is_nullable = 'YES', 1, 0) AS is_nullable, IF(c.column_key = 'PRI', 1, 0) AS is_primary_key,
  (
    SELECT CONCAT(k.referenced_table_schema, '.', k.referenced_table_name, '.', k.referenced_column_name)
    FROM information_schema.key_column_usage AS k
    WHERE k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name
      AND k.referenced_column_name IS NOT NULL
    ORDER BY k.constraint_name LIMIT 1
  ) AS referenced_column, c.column_comment AS column_comment
FROM information_schema.tables AS t
CROSS JOIN (SELECT ? AS table_names) AS asked
JOIN information_schema.columns AS c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
WHERE ${chosenTables}
ORDER BY t.table_schema, t.table_name, c.ordinal_position`;

export const mysqlSchema = createFixedSqlKind({
  type: 'mysql-schema',
  aliases: ['mariadb-schema', 'tidb-schema'],
  source_types: ['mysql'],
  dialect: mysqlDialect,
  parameters: [tableNames],
  statement,
});
