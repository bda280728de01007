// The tool kind `postgres-execute-sql`: a statement that the caller writes, on a source `postgres`.
import { createExecuteSqlKind } from '../sql/execute-sql-kind.ts';

export const postgresExecuteSql = createExecuteSqlKind({
  type: 'postgres-execute-sql',
  aliases: ['cockroachdb-execute-sql'],
  source_types: ['postgres'],
});
