// One check of one value against a schema: what it may still cost, where it stands, and what it has found.
import type { Fault } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { shortened } from '../describe-value.ts';
import type { Resource } from './references.ts';

export interface Run {
  /** Steps left: every schema on every value is one, and long texts and lists cost more. */
  steps: number;
  /** Steps left for regular expressions. */
  pattern_steps: number;
  /** Schemas within each other that are being checked. */
  depth: number;
  /** Schema resources that were entered, outermost first: what `$dynamicRef` looks through. */
  readonly scope: Resource[];
  /** Where faults go; undefined while only yes or no is asked for. */
  faults: Fault[] | undefined;
}

/** Place of a value; its path is written only when there is a fault. */
export type Place = { readonly parent: Place; readonly key: string | number } | undefined;

/** What of an object or a list was looked at by schemas that hold (2020-12, `unevaluatedProperties`). */
export interface Seen {
  all_names: boolean;
  readonly names: Set<string>;
  /** Items before this index. */
  items_before: number;
  readonly items: Set<number>;
}

/** The budget of a check is used up. Never leaves `json-schema.ts`. */
export class TooComplex extends Error {}

export function newRun(faults?: Fault[]): Run {
  return { steps: limits.schema_steps, pattern_steps: limits.pattern_steps, depth: 0, scope: [], faults };
}

export function newSeen(): Seen {
  return { all_names: false, names: new Set(), items_before: 0, items: new Set() };
}

export function addSeen(to: Seen, from: Seen): void {
  to.all_names ||= from.all_names;
  to.items_before = Math.max(to.items_before, from.items_before);
  for (const name of from.names) to.names.add(name);
  for (const index of from.items) to.items.add(index);
}

export function spend(run: Run, steps: number): void {
  run.steps -= steps;
  if (run.steps < 0) throw new TooComplex();
}

/** What going through a text costs, against what calling a check costs. */
export function textSteps(text: string): number {
  return text.length >> 5;
}

export function below(parent: Place, key: string | number, run: Run): Place {
  return run.faults === undefined ? undefined : { parent, key };
}

/** Notes a fault where faults are asked for; always false. */
export function tell(run: Run, place: Place, explain: () => Omit<Fault, 'path'>): false {
  const { faults } = run;
  if (faults === undefined || faults.length >= limits.faults) return false;
  // Words cost far more than a check, and forms that may all be wrong each tell their own.
  spend(run, limits.schema_fault_steps);
  faults.push({ path: pathOf(place), ...explain() });
  return false;
}

/** Runs a check of which only yes or no counts. */
export function silently(run: Run, check: () => boolean): boolean {
  const { faults } = run;
  run.faults = undefined;
  try {
    return check();
  } finally {
    run.faults = faults;
  }
}

/** `items[0].price`, bounded. */
function pathOf(place: Place): string {
  const steps: (string | number)[] = [];
  for (let at = place; at !== undefined; at = at.parent) steps.push(at.key);
  let path = '';
  for (const step of steps.toReversed()) {
    path += typeof step === 'number' ? `[${step}]` : path === '' ? shortened(step) : `.${shortened(step)}`;
    if (path.length > limits.path_characters) return `${path.slice(0, limits.path_characters - 1)}…`;
  }
  return path;
}
