// The tool kind `mysql-sql`: one statement on a source `mysql`.
import { checkReadOnlyCommand } from '../sql/check-read-only.ts';
import { createSqlToolKind } from '../sql/sql-tool-kind.ts';
import { mysqlDialect, mysqlSyntax } from './mysql-dialect.ts';
import { boundCommands } from './statement-plan.ts';

export const mysqlSql = createSqlToolKind({
  type: 'mysql-sql',
  aliases: ['mariadb-sql', 'tidb-sql'],
  source_types: ['mysql'],
  dialect: mysqlDialect,
  checkReadOnly: (statement) => checkReadOnlyCommand(statement, { syntax: mysqlSyntax, bound: boundCommands }),
});
