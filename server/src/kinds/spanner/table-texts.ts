// The parts that the statements on Spanner's INFORMATION_SCHEMA share; `t` is the table.
import type { SpannerDialect } from './spanner-types.ts';

/** Whether the table is the user's, and one that the caller asked for. */
export const chosenTables: Readonly<Record<SpannerDialect, string>> = {
  googlesql: `t.TABLE_SCHEMA NOT IN ('INFORMATION_SCHEMA', 'SPANNER_SYS')
  AND (TRIM(@table_names) = '' OR EXISTS (
    SELECT 1 FROM UNNEST(SPLIT(@table_names, ',')) AS wanted
    WHERE TRIM(wanted) IN (t.TABLE_NAME, CONCAT(t.TABLE_SCHEMA, '.', t.TABLE_NAME))
  ))`,
  postgresql: `t.table_schema NOT IN ('information_schema', 'spanner_sys', 'pg_catalog')
  AND (trim($1) = '' OR EXISTS (
    SELECT 1 FROM unnest(regexp_split_to_array($1, ',')) AS wanted
    WHERE trim(wanted) IN (t.table_name, t.table_schema || '.' || t.table_name)
  ))`,
};
