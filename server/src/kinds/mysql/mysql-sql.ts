// The tool kind `mysql-sql`: one statement on a source `mysql`.
import { createSqlToolKind } from '../sql/sql-tool-kind.ts';
import { mysqlDialect } from './mysql-dialect.ts';

export const mysqlSql = createSqlToolKind({
  type: 'mysql-sql',
  aliases: ['mariadb-sql', 'tidb-sql'],
  source_types: ['mysql'],
  dialect: mysqlDialect,
});
