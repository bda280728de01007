// Equality of JSON values by a text that equal values share, whatever their numbers are made of.
import { isJsonObject } from '../../base/json.ts';
import { spend, textSteps } from './run.ts';
import type { Run } from './run.ts';

/** Equal for equal values: `1`, `1.0` and the bigint 1 are one. What it costs counts, where a run is given. */
export function valueText(value: unknown, run?: Run): string {
  if (run !== undefined) spend(run, typeof value === 'string' ? 1 + textSteps(value) : 1);
  if (Array.isArray(value)) return `[${value.map((item) => valueText(item, run)).join(',')}]`;
  if (isJsonObject(value)) {
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${valueText(value[name], run)}`).join(',')}}`;
  }
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && Number.isInteger(value)) {
    return Number.isSafeInteger(value) ? String(value) : String(BigInt(value));
  }
  return JSON.stringify(value) ?? 'null';
}

/** Whether a list holds a value twice. */
export function hasTwice(list: readonly unknown[], run: Run): boolean {
  const texts = new Set<string>();
  for (const item of list) texts.add(valueText(item, run));
  return texts.size < list.length;
}
