// The tool kind `postgres-sql`: one statement on a source `postgres`.
import { createSqlToolKind } from '../sql/sql-tool-kind.ts';
import { checkReadOnlyCommand } from '../sql/check-read-only.ts';
import { postgresDialect, postgresSyntax, transactionalCommands } from './postgres-dialect.ts';

export const postgresSql = createSqlToolKind({
  type: 'postgres-sql',
  aliases: ['cockroachdb-sql', 'yugabytedb-sql'],
  source_types: ['postgres'],
  dialect: postgresDialect,
  checkReadOnly: (statement) =>
    checkReadOnlyCommand(statement, { syntax: postgresSyntax, bound: transactionalCommands }),
});
