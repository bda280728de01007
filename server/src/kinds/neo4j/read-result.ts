// Reads the records of one run while they arrive, within the limits of the answer; the rest is never fetched.
import type * as Neo4j from 'neo4j-driver';
import type { JsonRow, ResultLimits, RowsResult } from '../../catalog/result.ts';
import { distinctNames } from '../sql/column-names.ts';
import { addRow, createRowBudget, dropRow, isFull, passOver } from '../sql/row-budget.ts';
import type { RowBudget } from '../sql/row-budget.ts';
import { toJson } from './cypher-values.ts';

export interface ReadOptions {
  readonly limits: ResultLimits;
  readonly skip_rows: number;
  /** A reading answer that is cut is given at once; a writing one when the statement has ended. */
  readonly read_only: boolean;
}

export async function readResult(
  result: Neo4j.Result,
  driver: typeof Neo4j,
  options: ReadOptions,
): Promise<RowsResult> {
  const records = result[Symbol.asyncIterator]();
  const budget = createRowBudget(options.limits, options.skip_rows);
  let names: readonly string[] | undefined;
  let summary: Neo4j.ResultSummary | undefined;
  while (budget.truncated === undefined) {
    const next = await records.next();
    if (next.done === true) {
      summary = next.value;
      break;
    }
    names ??= distinctNames(next.value.keys.map(String));
    keepRow(budget, next.value, { names, driver });
  }
  if (summary === undefined) {
    // Neo4j then sends no more; what a server sends all the same is not kept.
    const rest = records.return?.();
    if (options.read_only) rest?.catch(() => undefined);
    else summary = (await rest)?.value as Neo4j.ResultSummary;
  }
  names ??= distinctNames((await result.keys()).map(String));
  return {
    kind: 'rows',
    columns: names.map((name) => ({ name })),
    rows: budget.rows,
    // As with SQL: what a statement has changed is told where it returns nothing itself.
    ...(options.read_only || summary === undefined || names.length > 0 ? {} : { affected_rows: affected(summary) }),
    ...(budget.truncated === undefined ? {} : { truncated: budget.truncated }),
  };
}

interface RowShape {
  readonly names: readonly string[];
  readonly driver: typeof Neo4j;
}

function keepRow(budget: RowBudget, record: Neo4j.Record, { names, driver }: RowShape): void {
  if (passOver(budget)) return;
  if (isFull(budget)) {
    dropRow(budget);
    return;
  }
  // By position: a record finds only the last of the values that share a name.
  const row: JsonRow = Object.fromEntries(names.map((name, index) => [name, toJson(record.get(index), driver)]));
  addRow(budget, row, Buffer.byteLength(JSON.stringify(row)) + 1);
}

/** Everything that was created, deleted, set, added or removed. */
function affected({ counters }: Neo4j.ResultSummary): number {
  const updates = Object.values(counters.updates()).map(Number);
  return updates.reduce((sum, count) => sum + count, counters.systemUpdates());
}
