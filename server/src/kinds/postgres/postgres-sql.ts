// The tool kind `postgres-sql`: one statement on a source `postgres`.
import { createSqlToolKind } from '../sql/sql-tool-kind.ts';
import { postgresDialect } from './postgres-dialect.ts';

export const postgresSql = createSqlToolKind({
  type: 'postgres-sql',
  aliases: [],
  source_types: ['postgres'],
  dialect: postgresDialect,
});
