// The parts that the statements on the schema of SQLite share; `t` is a row of pragma_table_list.

/** Not the database's own, and neither the tables inside virtual ones. */
export const ownTables = `t.schema = 'main' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.type <> 'shadow'`;

/** Whether the caller asked for the table in `:table_names`. */
export const chosenTables = `(trim(:table_names) = '' OR EXISTS (
    SELECT 1 FROM json_each('["' || replace(replace(replace(:table_names, '\\', '\\\\'), '"', '\\"'), ',', '","') || '"]') AS n
    WHERE trim(n.value) COLLATE NOCASE IN (t.name, 'main.' || t.name)
  ))`;
