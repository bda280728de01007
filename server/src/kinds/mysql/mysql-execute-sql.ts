// The tool kind `mysql-execute-sql`: the statement that the caller writes, on a source `mysql`.
import { createExecuteSqlKind } from '../sql/execute-sql-kind.ts';

export const mysqlExecuteSql = createExecuteSqlKind({
  type: 'mysql-execute-sql',
  aliases: ['mariadb-execute-sql', 'tidb-execute-sql'],
  source_types: ['mysql'],
});
