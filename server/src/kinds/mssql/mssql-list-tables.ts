// The tool kind `mssql-list-tables`: the tables of a database with columns, constraints, indexes and triggers, one row per
// table, with the parameters and columns of the toolbox's kind of that name.
import { createFixedSqlKind } from '../sql/fixed-sql-kind.ts';
import { outputFormat, tableNames } from '../sql/table-parameters.ts';
import { mssqlDialect } from './mssql-dialect.ts';
import { chosenTables, columnTypeText } from './table-texts.ts';

const comment = (class_id: string, minor_id: string): string =>
  `(SELECT CAST(e.value AS nvarchar(4000)) FROM sys.extended_properties AS e WHERE e.class = ${class_id} AND e.major_id = t.object_id AND e.minor_id = ${minor_id} AND e.name = N'MS_Description')`;

const statement = `SELECT s.name AS schema_name, t.name AS object_name,
  CASE WHEN @output_format = N'simple' THEN (SELECT t.name AS name FOR JSON PATH, WITHOUT_ARRAY_WRAPPER)
  ELSE (
    SELECT s.name AS schema_name, t.name AS object_name, N'TABLE' AS object_type,
      USER_NAME(ISNULL(t.principal_id, s.principal_id)) AS owner,
      ${comment('1', '0')} AS comment,
      JSON_QUERY(ISNULL((
        SELECT c.name AS column_name, ${columnTypeText} AS data_type, c.column_id AS column_ordinal_position,
          CAST(1 - c.is_nullable AS bit) AS is_not_nullable, d.definition AS column_default,
          ${comment('1', 'c.column_id')} AS column_comment
        FROM sys.columns AS c
        LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
        WHERE c.object_id = t.object_id ORDER BY c.column_id FOR JSON PATH
      ), N'[]')) AS columns,
      JSON_QUERY(ISNULL((
        SELECT k.name AS constraint_name, k.kind AS constraint_type, k.definition AS constraint_definition
        FROM (
          SELECT u.name, u.type_desc AS kind, CAST(NULL AS nvarchar(max)) AS definition
          FROM sys.key_constraints AS u WHERE u.parent_object_id = t.object_id
          UNION ALL
          SELECT h.name, h.type_desc, h.definition
          FROM sys.check_constraints AS h WHERE h.parent_object_id = t.object_id
          UNION ALL
          SELECT f.name, f.type_desc, N'REFERENCES ' + OBJECT_SCHEMA_NAME(f.referenced_object_id) + N'.' + OBJECT_NAME(f.referenced_object_id)
          FROM sys.foreign_keys AS f WHERE f.parent_object_id = t.object_id
        ) AS k ORDER BY k.name FOR JSON PATH
      ), N'[]')) AS constraints,
      JSON_QUERY(ISNULL((
        SELECT i.name AS index_name, i.type_desc AS index_method, i.is_unique, i.is_primary_key AS is_primary,
          JSON_QUERY(ISNULL((
            SELECT COL_NAME(x.object_id, x.column_id) AS column_name, x.is_descending_key, x.is_included_column
            FROM sys.index_columns AS x
            WHERE x.object_id = i.object_id AND x.index_id = i.index_id
            ORDER BY x.is_included_column, x.key_ordinal FOR JSON PATH
          ), N'[]')) AS index_columns,
          i.filter_definition
        FROM sys.indexes AS i
        WHERE i.object_id = t.object_id AND i.name IS NOT NULL ORDER BY i.name FOR JSON PATH
      ), N'[]')) AS indexes,
      JSON_QUERY(ISNULL((
        SELECT g.name AS trigger_name, OBJECT_DEFINITION(g.object_id) AS trigger_definition,
          CASE WHEN g.is_disabled = 1 THEN N'DISABLED' ELSE N'ENABLED' END AS trigger_enabled_state
        FROM sys.triggers AS g WHERE g.parent_id = t.object_id ORDER BY g.name FOR JSON PATH
      ), N'[]')) AS triggers
    FOR JSON PATH, WITHOUT_ARRAY_WRAPPER
  ) END AS object_details
FROM sys.tables AS t
JOIN sys.schemas AS s ON s.schema_id = t.schema_id
WHERE t.is_ms_shipped = 0 AND ${chosenTables}
ORDER BY s.name, t.name`;

export const mssqlListTables = createFixedSqlKind({
  type: 'mssql-list-tables',
  aliases: [],
  source_types: ['mssql'],
  dialect: mssqlDialect,
  parameters: [tableNames, outputFormat],
  statement,
});
