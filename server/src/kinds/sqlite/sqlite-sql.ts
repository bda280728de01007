// The tool kind `sqlite-sql`: one statement on a source `sqlite`.
import { createSqlToolKind } from '../sql/sql-tool-kind.ts';
import { checkReadOnlyCommand } from '../sql/check-read-only.ts';
import { sqliteDialect, sqliteSyntax } from './sqlite-dialect.ts';

/** Other commands change the schema, the file or the session. */
const bound = new Set(['select', 'with', 'values', 'explain', 'pragma', 'insert', 'update', 'delete', 'replace']);

export const sqliteSql = createSqlToolKind({
  type: 'sqlite-sql',
  aliases: [],
  source_types: ['sqlite'],
  dialect: sqliteDialect,
  checkReadOnly: (statement) => checkReadOnlyCommand(statement, { syntax: sqliteSyntax, bound }),
});
