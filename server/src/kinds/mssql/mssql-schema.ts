// The tool kind `mssql-schema`: the columns of tables and views, one row each: what is needed to write a statement.
import { createFixedSqlKind } from '../sql/fixed-sql-kind.ts';
import { tableNames } from '../sql/table-parameters.ts';
import { mssqlDialect } from './mssql-dialect.ts';
import { chosenTables, columnTypeText } from './table-texts.ts';

const statement = `SELECT s.name AS schema_name, t.name AS table_name,
  CASE WHEN t.type = 'V' THEN N'view' ELSE N'table' END AS table_type,
  c.name AS column_name, ${columnTypeText} AS data_type, c.is_nullable,
  CAST(CASE WHEN EXISTS (
    SELECT 1 FROM sys.indexes AS i
    JOIN sys.index_columns AS x ON x.object_id = i.object_id AND x.index_id = i.index_id
    WHERE i.object_id = t.object_id AND i.is_primary_key = 1 AND x.column_id = c.column_id
  ) THEN 1 ELSE 0 END AS bit) AS is_primary_key,
  (
    SELECT TOP (1) OBJECT_SCHEMA_NAME(f.referenced_object_id) + N'.' + OBJECT_NAME(f.referenced_object_id) + N'.' + COL_NAME(f.referenced_object_id, f.referenced_column_id)
    FROM sys.foreign_key_columns AS f
    WHERE f.parent_object_id = t.object_id AND f.parent_column_id = c.column_id
    ORDER BY f.constraint_object_id
  ) AS referenced_column
FROM sys.objects AS t
JOIN sys.schemas AS s ON s.schema_id = t.schema_id
JOIN sys.columns AS c ON c.object_id = t.object_id
WHERE t.type IN ('U', 'V') AND t.is_ms_shipped = 0 AND ${chosenTables}
ORDER BY s.name, t.name, c.column_id`;

export const mssqlSchema = createFixedSqlKind({
  type: 'mssql-schema',
  aliases: [],
  source_types: ['mssql'],
  dialect: mssqlDialect,
  parameters: [tableNames],
  statement,
});
