// What every `…-sql` kind of tool is: one statement with bound parameters on a source that runs SQL.
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import type { SqlDialect } from '../../catalog/source.ts';
import type { ToolKind } from '../../catalog/tool.ts';
import { sqlSource } from './sql-source.ts';

export interface SqlToolConfig {
  readonly statement: string;
}

export interface SqlToolKindOptions {
  readonly type: string;
  readonly aliases: readonly string[];
  readonly source_types: readonly string[];
  readonly dialect: SqlDialect;
}

const fields: z.ZodType<SqlToolConfig> = z.strictObject({
  statement: z
    .string()
    .refine((text) => text.trim() !== '', 'Write the SQL statement that the tool runs')
    .refine((text) => text.length <= limits.statement_characters, `At most ${limits.statement_characters} characters`)
    .refine((text) => !text.includes('\0'), 'A statement cannot contain the character NUL')
    .describe('The one SQL statement of the tool; parameters are written as placeholders and always bound'),
});

/** A kind of tool for one dialect. The source it gets must run SQL (`SqlSource`). */
export function createSqlToolKind(options: SqlToolKindOptions): ToolKind<SqlToolConfig> {
  const { type, aliases, source_types, dialect } = options;
  return {
    type,
    aliases,
    source_types,
    answers: 'rows',
    fields,
    check: (config, { parameters }) => dialect.check(config.statement, parameters),
    prepare: (config, { parameters, read_only, source }) => {
      const statement = sqlSource(type, source).prepare({ text: config.statement, parameters, read_only });
      return async (args, ctx) => statement.run(dialect.order(args, parameters), ctx);
    },
  };
}
