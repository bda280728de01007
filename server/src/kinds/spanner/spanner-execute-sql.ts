// The tool kind `spanner-execute-sql`: the statement that the caller writes, on a source `spanner`.
import { createExecuteSqlKind } from '../sql/execute-sql-kind.ts';

export const spannerExecuteSql = createExecuteSqlKind({
  type: 'spanner-execute-sql',
  aliases: [],
  source_types: ['spanner'],
});
