// The parts that the statements on the catalogue of MySQL share; `t` is a row of information_schema.tables, `asked` what
// the caller wants.

/** Whether the caller may want the table: it is no table of the server itself, and one of the names, if there are any. */
export const chosenTables = `t.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
  AND (TRIM(asked.table_names) = ''
    OR FIND_IN_SET(t.table_name, REPLACE(asked.table_names, ', ', ',')) > 0
    OR FIND_IN_SET(CONCAT(t.table_schema, '.', t.table_name), REPLACE(asked.table_names, ', ', ',')) > 0)`;
