// Tools with which surfaces are pinned: one that works, and one for each way in which a call can fail. Everything that
// must not reach a caller has "marker" in its name.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export const badInputTools = `
sources:
  here: {kind: sqlite, database: marker-file.sqlite}
  gone: {kind: postgres, host: 127.0.0.1, port: 1, database: marker_db, user: marker_user, password: marker_password}
tools:
  add:
    kind: sqlite-sql
    source: here
    title: Add up
    description: Adds two numbers.
    statement: SELECT ? + ? AS sum /* marker_statement */
    parameters:
      - {name: left, type: integer, description: First}
      - {name: right, type: integer, description: Second, default: 1}
  many:
    kind: sqlite-sql
    source: here
    description: Has more rows than it may give.
    statement: SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3
    max_rows: 2
  look:
    kind: postgres-sql
    source: gone
    description: Looks into a database that is down.
    statement: SELECT 1 /* marker_statement */
  wrong:
    kind: sqlite-sql
    source: here
    description: Has a statement that fails.
    statement: SELECT * FROM marker_table
  write:
    kind: sqlite-sql
    source: here
    description: Writes without being allowed to.
    statement: WITH one AS (SELECT 1) INSERT INTO marker_log SELECT * FROM one
toolsets:
  sums: [add]
`;

/** Makes the file of the source `here`, which exists only once its file does. */
export function makeBadInputSource(folder: string): void {
  const database = new DatabaseSync(join(folder, 'marker-file.sqlite'));
  database.exec('CREATE TABLE marker_log (x)');
  database.close();
}
