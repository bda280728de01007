// What every `…-sql` kind of tool is: one statement with bound parameters on a source that runs SQL.
import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import type { Fault } from '../../base/errors.ts';
import type { SqlDialect } from '../../catalog/source.ts';
import type { ToolKind, ToolToCheck } from '../../catalog/tool.ts';
import { checkTemplate } from './check-template.ts';
import { parseTemplate } from './parse-template.ts';
import { createRenderer, createStatementCache } from './render-template.ts';
import { sqlSource } from './sql-source.ts';

export interface SqlToolConfig {
  readonly statement: string;
}

export interface SqlToolKindOptions {
  readonly type: string;
  readonly aliases: readonly string[];
  readonly source_types: readonly string[];
  readonly dialect: SqlDialect;
  /** Faults of a statement that a read-only tool can never run, because the database's read-only mode does not bind it. */
  readonly checkReadOnly?: (statement: string) => readonly Fault[];
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
    takes_templates: true,
    answers: 'rows',
    fields,
    check: (config, tool) => checkStatement(config.statement, tool, options),
    prepare: ({ statement: text }, { name, parameters, read_only, source }) => {
      const runs_sql = sqlSource(type, source);
      const bound = parameters.filter((parameter) => parameter.template === undefined);
      if (bound.length < parameters.length) {
        const render = createRenderer({ name, statement: text, parameters, dialect });
        const prepared = createStatementCache(runs_sql, { parameters: bound, read_only });
        return async (args, ctx) => prepared(render(args)).run(dialect.order(args, bound), ctx);
      }
      const statement = runs_sql.prepare({ text, parameters, read_only });
      return async (args, ctx) => statement.run(dialect.order(args, parameters), ctx);
    },
  };
}

/** Everything that is wrong with the statement; the holes of a template first, since the rest is read around them. */
function checkStatement(
  statement: string,
  { parameters, read_only }: ToolToCheck,
  { dialect, checkReadOnly }: SqlToolKindOptions,
): readonly Fault[] {
  const template = parseTemplate(statement);
  const faults = checkTemplate(template, parameters, dialect);
  if (faults.length > 0) return faults;
  const bound = parameters.filter((parameter) => parameter.template === undefined);
  const { skeleton, holes } = template;
  // Nobody knows yet what a statement does whose command comes with the call.
  const knows_command = holes[0]?.start !== skeleton.length - skeleton.trimStart().length;
  return [...dialect.check(skeleton, bound), ...(read_only && knows_command ? (checkReadOnly?.(skeleton) ?? []) : [])];
}
