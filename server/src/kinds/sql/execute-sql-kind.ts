// What every `…-execute-sql` kind of tool is: the caller writes the statement. Nothing protects the database from it but
// the account of the source, the read-only transaction and the limits; so it exists only where a file defines it.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Parameter } from '../../catalog/parameters.ts';
import type { ToolKind } from '../../catalog/tool.ts';
import { sqlSource } from './sql-source.ts';

export interface ExecuteSqlKindOptions {
  readonly type: string;
  readonly aliases: readonly string[];
  readonly source_types: readonly string[];
}

const fields: z.ZodType = z.strictObject({});

const sql: Parameter = {
  name: 'sql',
  type: 'string',
  description: 'The SQL statement to run: one, in the dialect of the database, with its values written out.',
  required: true,
  constraints: { min_length: 1, max_length: limits.statement_characters },
};

/** A kind whose tools run the statement of the caller, once, prepared for this call only. */
export function createExecuteSqlKind({ type, aliases, source_types }: ExecuteSqlKindOptions): ToolKind {
  return {
    type,
    aliases,
    source_types,
    parameters: [sql],
    danger: 'high',
    answers: 'rows',
    callers_statement: true,
    fields,
    check: () => [],
    prepare: (_config, { name, read_only, source }) => {
      const runs_sql = sqlSource(type, source);
      return async (args, ctx) => {
        const text = readStatement(name, args['sql']);
        return runs_sql.prepare({ text, parameters: [], read_only, once: true }).run([], ctx);
      };
    },
  };
}

function readStatement(tool: string, text: unknown): string {
  if (typeof text === 'string' && text.trim() !== '' && text.length <= limits.statement_characters) return text;
  const message = `expected one statement of at most ${limits.statement_characters} characters`;
  throw new ToolcribError('arguments_invalid', { params: { tool }, faults: [{ path: 'sql', message }] });
}
