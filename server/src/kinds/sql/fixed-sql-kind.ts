// A kind of tool whose one statement comes with it: `…-list-tables`, `…-schema`. It can only read, whatever the file says.
import { z } from 'zod';
import type { Parameter } from '../../catalog/parameters.ts';
import type { SqlDialect } from '../../catalog/source.ts';
import type { JsonValue } from '../../base/json.ts';
import type { RowsResult } from '../../catalog/result.ts';
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
  /** Columns whose values the database gives as the text of JSON: they arrive as what it says. */
  readonly json_columns?: readonly string[];
}

const fields: z.ZodType = z.strictObject({});

/** A kind whose tools run this statement with these parameters. */
export function createFixedSqlKind(options: FixedSqlKindOptions): ToolKind {
  const { type, aliases, source_types, dialect, parameters, statement, json_columns = [] } = options;
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
      return async (args, ctx) => withJson(await prepared.run(dialect.order(args, parameters), ctx), json_columns);
    },
  };
}

function withJson(result: RowsResult, names: readonly string[]): RowsResult {
  if (names.length === 0) return result;
  const columns = result.columns.map((column) => (names.includes(column.name) ? { ...column, type: 'json' } : column));
  const rows = result.rows.map((row) => {
    const read = names.map((name) => [name, parsed(row[name] ?? null)]);
    return { ...row, ...(Object.fromEntries(read) as Record<string, JsonValue>) };
  });
  return { ...result, columns, rows };
}

function parsed(value: JsonValue): JsonValue {
  return typeof value === 'string' ? (JSON.parse(value) as JsonValue) : value;
}
