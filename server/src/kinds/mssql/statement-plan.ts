// What is known of a statement before it runs, and the batch in which it is sent. The statement itself and every value
// are parameters of that batch: its text holds nothing but names of placeholders.
import type { ArgumentValue, Parameter } from '../../catalog/parameters.ts';
import type { SessionSetting, SqlStatementText } from '../../catalog/source.ts';
import { bindLongText, bindText, bindValue } from './bind-value.ts';
import type { BoundValue } from './bind-value.ts';
import { placeholderTargets } from './mssql-dialect.ts';
import { scanTsql } from './scan-tsql.ts';
import { checkOne, checkReading } from './statement-shape.ts';

export interface StatementPlan {
  readonly text: string;
  readonly read_only: boolean;
  /** More than one statement, or none. */
  readonly malformed: boolean;
  /** It is to read only, and its words say otherwise. */
  readonly refused: boolean;
  readonly parameters: readonly Parameter[];
  /** What its placeholders are called, and the positions of their parameters. */
  readonly bindings: readonly { readonly name: string; readonly index: number }[];
}

/** One call of sp_executesql: a text, and its parameters by name. */
export interface Batch {
  readonly text: string;
  readonly parameters: readonly (readonly [name: string, value: BoundValue])[];
}

export function createPlan({ text, parameters, read_only }: SqlStatementText): StatementPlan {
  const tokens = scanTsql(text);
  const bindings = new Map<string, number>();
  for (const { name, target } of placeholderTargets(tokens, parameters)) {
    if ('index' in target) bindings.set(name, target.index);
  }
  return {
    text,
    read_only,
    malformed: checkOne(tokens).length > 0,
    refused: read_only && checkReading(tokens).length > 0,
    parameters,
    bindings: Array.from(bindings, ([name, index]) => ({ name, index })),
  };
}

/**
 * An uncommittable transaction: SQL Server refuses every write in it (error 3930) until it is rolled back, and the
 * statement cannot leave it, because words such as ROLLBACK were refused before. That it is in this state is asked of the
 * server each time. XACT_ABORT is what makes THROW bring it about.
 */
const beginReading = `SET XACT_ABORT ON;
BEGIN TRY
  BEGIN TRANSACTION;
  THROW 50000, N'read-only', 1;
END TRY
BEGIN CATCH
  IF XACT_STATE() <> -1 BEGIN; THROW 50001, N'The transaction is not read-only', 1; END;`;
const endReading = `END CATCH;
IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;`;

/** The batch that runs the statement with these values. */
export function createBatch(
  plan: StatementPlan,
  values: readonly ArgumentValue[],
  settings: readonly SessionSetting[] = [],
): Batch {
  const bound = plan.bindings.map(
    ({ name, index }) => [name, bindValue(values[index] ?? null, plan.parameters[index]?.type ?? 'string')] as const,
  );
  const declarations = bound.map(([name, { declaration }]) => `@${name} ${declaration}`).join(', ');
  // By position: a parameter of the statement may be called as one of sp_executesql itself.
  const values_in_order = bound.map((_, index) => `@v${index}`);
  const run = ['EXEC sys.sp_executesql @toolcrib_statement', '@toolcrib_declarations', ...values_in_order].join(', ');
  const text = [
    ...settings.map(
      (_, index) => `EXEC sys.sp_set_session_context @key = @k${index}, @value = @s${index}, @read_only = 1;`,
    ),
    ...(plan.read_only ? [beginReading, `  ${run};`, endReading] : [`${run};`]),
  ].join('\n');
  return {
    text,
    parameters: [
      ...settings.flatMap(({ name, value }, index) => [
        [`k${index}`, bindText(name)] as const,
        [`s${index}`, bindText(value)] as const,
      ]),
      ['toolcrib_statement', bindLongText(plan.text)],
      ['toolcrib_declarations', bindLongText(declarations)],
      ...bound.map(([, value], index) => [`v${index}`, value] as const),
    ],
  };
}
