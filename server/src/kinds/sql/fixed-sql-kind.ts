// A kind of tool whose one statement comes with it: `…-list-tables`, `…-schema`. It can only read, whatever the file says.
import { z } from 'zod';
import type { Parameter } from '../../catalog/parameters.ts';
import type { SqlDialect } from '../../catalog/source.ts';
import type { ToolKind } from '../../catalog/tool.ts';
import { sqlSource } from './sql-source.ts';

export interface FixedSqlKindOptions {
  readonly type: string;
  readonly aliases: readonly string[];
  readonly source_types: readonly string[];
  readonly dialect: SqlDialect;
  /** In the order of the placeholders. */
  readonly parameters: readonly Parameter[];
  readonly statement: string;
}

const fields: z.ZodType = z.strictObject({});

/** A kind whose tools run this statement with these parameters. */
export function createFixedSqlKind(options: FixedSqlKindOptions): ToolKind {
  const { type, aliases, source_types, dialect, parameters, statement } = options;
  return {
    type,
    aliases,
    source_types,
    parameters,
    danger: 'low',
    answers: 'rows',
    fields,
    check: (_config, { read_only }) =>
      read_only
        ? []
        : [{ path: 'readOnly', message: 'tools of this type only read', hint: 'Remove the field, or write true.' }],
    prepare: (_config, { source }) => {
      const prepared = sqlSource(type, source).prepare({ text: statement, parameters, read_only: true });
      return async (args, ctx) => prepared.run(dialect.order(args, parameters), ctx);
    },
  };
}
