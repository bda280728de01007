// The tool kind `sqlite-execute-sql`: a statement that the caller writes, on a source `sqlite`.
import { createExecuteSqlKind } from '../sql/execute-sql-kind.ts';

export const sqliteExecuteSql = createExecuteSqlKind({
  type: 'sqlite-execute-sql',
  aliases: [],
  source_types: ['sqlite'],
});
