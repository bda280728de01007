// The tool kind `spanner-sql`: one statement on a source `spanner`, in the source's dialect.
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import type { ToolKind } from '../../catalog/tool.ts';
import { createSqlToolKind } from '../sql/sql-tool-kind.ts';
import type { SqlToolConfig } from '../sql/sql-tool-kind.ts';
import { dialectOf, googlesqlDialect, spannerPostgresDialect } from './spanner-dialect.ts';
import { sourceDialect } from './spanner-source.ts';

const common = { type: 'spanner-sql', aliases: ['spanner'], source_types: ['spanner'] };
const kinds = {
  googlesql: createSqlToolKind({ ...common, dialect: googlesqlDialect }),
  postgresql: createSqlToolKind({ ...common, dialect: spannerPostgresDialect }),
};

export const spannerSql: ToolKind<SqlToolConfig> = {
  ...kinds.googlesql,
  // Without the source the placeholders tell the dialect; prepare() sees whether it is the source's.
  check: (config, tool) => kinds[dialectOf(config.statement) ?? 'googlesql'].check(config, tool),
  prepare: (config, tool) => {
    const dialect = sourceDialect(tool.source);
    const written = dialectOf(config.statement) ?? dialect;
    if (written !== dialect)
      throw new ToolcribError('config_invalid', { params: { count: 1 }, faults: [fault(dialect)] });
    return kinds[dialect].prepare(config, tool);
  },
};

function fault(dialect: 'googlesql' | 'postgresql'): Fault {
  const placeholder = dialect === 'googlesql' ? '@name' : '$1';
  return {
    path: 'statement',
    message: `The placeholders are not those of the source's dialect (${dialect})`,
    hint: `Write ${placeholder} for a parameter, or correct the dialect of the source.`,
  };
}
