// What is known of a statement before it runs: its command, and which parameter each placeholder stands for.
import type { ArgumentValue, Parameter } from '../../catalog/parameters.ts';
import type { SqlStatementText } from '../../catalog/source.ts';
import type { JsonValue } from '../../base/json.ts';
import { scanSql } from '../sql/scan-sql.ts';
import { bindType, bindValue } from './bind-values.ts';
import { placeholderUses, spannerCommandOf, spannerDialects } from './spanner-dialect.ts';
import { writing } from './spanner-errors.ts';
import type { SpannerDialect, SpannerType, StatementRequest } from './spanner-types.ts';

export interface StatementPlan {
  readonly text: string;
  readonly read_only: boolean;
  /** The first word, in lower case. */
  readonly command: string;
  /** Whether it writes whatever it answers, so that it must be read to its end. */
  readonly writes: boolean;
  readonly bound: readonly { readonly name: string; readonly index: number; readonly parameter: Parameter }[];
  readonly types: Readonly<Record<string, SpannerType>>;
}

export function createPlan({ text, parameters, read_only }: SqlStatementText, dialect: SpannerDialect): StatementPlan {
  const tokens = scanSql(text, spannerDialects[dialect].syntax);
  const command = spannerCommandOf(tokens);
  const indexes = new Map<string, number>();
  for (const { name, target } of placeholderUses(tokens, parameters, dialect)) {
    if ('index' in target) indexes.set(name, target.index);
  }
  const bound = [...indexes].flatMap(([name, index]) => {
    const parameter = parameters[index];
    return parameter === undefined ? [] : [{ name, index, parameter }];
  });
  const types = Object.fromEntries(bound.map(({ name, parameter }) => [name, bindType(parameter, dialect)]));
  return { text, read_only, command, writes: writing.has(command), bound, types };
}

/** The statement with values, as the API takes it. */
export function bindStatement(plan: StatementPlan, values: readonly ArgumentValue[]): StatementRequest {
  const params: Record<string, JsonValue> = {};
  for (const { name, index, parameter } of plan.bound) params[name] = bindValue(values[index] ?? null, parameter);
  return { sql: plan.text, params, paramTypes: plan.types };
}
