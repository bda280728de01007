// One run of a statement on its way through lanes and sessions.
import type { ArgumentValue } from '../../catalog/parameters.ts';
import type { ResultLimits, RowsResult } from '../../catalog/result.ts';
import type { SessionSetting } from '../../catalog/source.ts';
import { createRowBudget } from '../sql/row-budget.ts';
import type { RowBudget } from '../sql/row-budget.ts';
import type { Session, Slot } from './session.ts';
import type { StatementPlan } from './statement-plan.ts';

export interface Call {
  readonly plan: StatementPlan;
  readonly values: readonly ArgumentValue[];
  readonly limits: ResultLimits;
  readonly skip_rows: number;
  /** Set for this call only. */
  readonly settings: readonly SessionSetting[];
  /** Asks only for the parameters' types; nothing is run. */
  readonly describe_only: boolean;
  readonly signal: AbortSignal;
  readonly resolve: (result: RowsResult) => void;
  readonly reject: (reason: unknown) => void;
  /** What the present attempt has read. */
  budget: RowBudget;
  /** Where it is; undefined while it waits in the lane's queue. */
  place: { readonly session: Session; readonly slot: Slot } | undefined;
  /** How often it was started again after a lost connection or a stale plan. */
  retries: number;
  /** How often it was moved away from behind a statement that turned out slow. */
  moves: number;
  settled: boolean;
  /** Listens to the signal while the call is under way. */
  onAbort: () => void;
}

export interface NewCall {
  readonly plan: StatementPlan;
  readonly values: readonly ArgumentValue[];
  readonly limits: ResultLimits;
  readonly skip_rows?: number;
  readonly settings?: readonly SessionSetting[] | undefined;
  readonly signal: AbortSignal;
  readonly describe_only?: boolean;
}

/** Makes a call and the promise of its result. */
export function createCall(call: NewCall): { readonly call: Call; readonly result: Promise<RowsResult> } {
  const { promise: result, resolve, reject } = Promise.withResolvers<RowsResult>();
  const skip_rows = call.skip_rows ?? 0;
  return {
    result,
    call: {
      plan: call.plan,
      values: call.values,
      limits: call.limits,
      skip_rows,
      settings: call.settings ?? [],
      signal: call.signal,
      describe_only: call.describe_only ?? false,
      resolve,
      reject,
      budget: createRowBudget(call.limits, skip_rows),
      place: undefined,
      retries: 0,
      moves: 0,
      settled: false,
      onAbort: () => undefined,
    },
  };
}
