// The tool kind `spanner-sql`: one statement on a source `spanner`, in the source's dialect.
import { createSqlToolKind } from '../sql/sql-tool-kind.ts';
import { byDialect } from './by-dialect.ts';
import { dialectOf, googlesqlDialect, spannerPostgresDialect } from './spanner-dialect.ts';

const common = { type: 'spanner-sql', aliases: ['spanner'], source_types: ['spanner'] };

export const spannerSql = byDialect(
  {
    googlesql: createSqlToolKind({ ...common, dialect: googlesqlDialect }),
    postgresql: createSqlToolKind({ ...common, dialect: spannerPostgresDialect }),
  },
  ({ statement }) => dialectOf(statement) ?? 'googlesql',
);
