// The tool kind `spanner-schema`: the columns of tables and views, one row each: what is needed to write a statement.
import { createFixedSqlKind } from '../sql/fixed-sql-kind.ts';
import { tableNames } from '../sql/table-parameters.ts';
import { byDialect } from './by-dialect.ts';
import { googlesqlDialect, spannerPostgresDialect } from './spanner-dialect.ts';
import { chosenTables } from './table-texts.ts';

const common = { type: 'spanner-schema', aliases: [], source_types: ['spanner'], parameters: [tableNames] };

/** Both dialects have the same views, in their own case; a join tells what is a key. */
const select = `SELECT t.TABLE_SCHEMA AS schema_name, t.TABLE_NAME AS table_name,
  CASE WHEN t.TABLE_TYPE = 'VIEW' THEN 'view' ELSE 'table' END AS table_type,
  c.COLUMN_NAME AS column_name, c.SPANNER_TYPE AS data_type, c.IS_NULLABLE = 'YES' AS is_nullable,
  EXISTS (
    SELECT 1 FROM INFORMATION_SCHEMA.INDEX_COLUMNS AS i
    WHERE i.TABLE_SCHEMA = t.TABLE_SCHEMA AND i.TABLE_NAME = t.TABLE_NAME AND i.COLUMN_NAME = c.COLUMN_NAME
      AND i.INDEX_TYPE = 'PRIMARY_KEY'
  ) AS is_primary_key,
  (
    SELECT MIN(u.TABLE_NAME || '.' || u.COLUMN_NAME)
    FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE AS k
    JOIN INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS AS r
      ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
    JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE AS u
      ON u.CONSTRAINT_SCHEMA = r.UNIQUE_CONSTRAINT_SCHEMA AND u.CONSTRAINT_NAME = r.UNIQUE_CONSTRAINT_NAME
      AND u.ORDINAL_POSITION = k.POSITION_IN_UNIQUE_CONSTRAINT
    WHERE k.TABLE_SCHEMA = t.TABLE_SCHEMA AND k.TABLE_NAME = t.TABLE_NAME AND k.COLUMN_NAME = c.COLUMN_NAME
  ) AS referenced_column
FROM INFORMATION_SCHEMA.TABLES AS t
JOIN INFORMATION_SCHEMA.COLUMNS AS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME
WHERE t.TABLE_TYPE IN ('BASE TABLE', 'VIEW') AND `;
const order = '\nORDER BY t.TABLE_SCHEMA, t.TABLE_NAME, c.ORDINAL_POSITION';

export const spannerSchema = byDialect(
  {
    googlesql: createFixedSqlKind({
      ...common,
      dialect: googlesqlDialect,
      statement: `${select}${chosenTables.googlesql}${order}`,
    }),
    postgresql: createFixedSqlKind({
      ...common,
      dialect: spannerPostgresDialect,
      statement: `${select}${chosenTables.postgresql}${order}`,
    }),
  },
  () => 'googlesql',
);
