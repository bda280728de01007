// The parts that the statements on the catalogue of PostgreSQL share; `t` is the table in pg_class, `s` its schema.

/** Not the database's own. */
export const ownTables = `s.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'google_ml')
  AND s.nspname NOT LIKE 'pg\\_temp\\_%' AND s.nspname NOT LIKE 'pg\\_toast\\_temp\\_%'`;

/** Whether the caller asked for the table in `$1`. */
export const chosenTables = `(trim($1::text) = '' OR EXISTS (
    SELECT 1 FROM unnest(string_to_array($1::text, ',')) AS n (name)
    WHERE trim(n.name) IN (t.relname, s.nspname || '.' || t.relname)
  ))`;
