// The tool kind `mssql-sql`: one statement on a source `mssql`.
import type { ToolKind } from '../../catalog/tool.ts';
import { createSqlToolKind } from '../sql/sql-tool-kind.ts';
import type { SqlToolConfig } from '../sql/sql-tool-kind.ts';
import { mssqlDialect } from './mssql-dialect.ts';
import { scanTsql } from './scan-tsql.ts';
import { checkReading } from './statement-shape.ts';

const base = createSqlToolKind({ type: 'mssql-sql', aliases: [], source_types: ['mssql'], dialect: mssqlDialect });

export const mssqlSql: ToolKind<SqlToolConfig> = {
  ...base,
  // Told when the file is loaded rather than at the first call.
  check: (config, tool) => [
    ...base.check(config, tool),
    ...(tool.read_only ? checkReading(scanTsql(config.statement)) : []),
  ],
};
