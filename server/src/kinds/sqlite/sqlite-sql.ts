// The tool kind `sqlite-sql`: one statement on a source `sqlite`.
import { createSqlToolKind } from '../sql/sql-tool-kind.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

export const sqliteSql = createSqlToolKind({
  type: 'sqlite-sql',
  aliases: [],
  source_types: ['sqlite'],
  dialect: sqliteDialect,
});
