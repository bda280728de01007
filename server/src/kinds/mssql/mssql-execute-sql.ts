// The tool kind `mssql-execute-sql`: the statement that the caller writes, on a source `mssql`.
import { createExecuteSqlKind } from '../sql/execute-sql-kind.ts';

export const mssqlExecuteSql = createExecuteSqlKind({
  type: 'mssql-execute-sql',
  aliases: [],
  source_types: ['mssql'],
});
