// How values of arguments are written outside of JSON, and inside of it.
import type { ArgumentValue } from '../../catalog/parameters.ts';
import { writeJson } from '../../base/json.ts';

/** A scalar as text; a list or a map as JSON. */
export function plainText(value: ArgumentValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? writeJson(value) : String(value);
}

/** One text per item of a list, one for anything else, none for null. */
export function textsOf(value: ArgumentValue): readonly string[] {
  if (value === null) return [];
  return isList(value) ? value.map((item) => plainText(item)) : [plainText(value)];
}

function isList(value: ArgumentValue): value is readonly ArgumentValue[] {
  return Array.isArray(value);
}
