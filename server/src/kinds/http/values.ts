// How values of arguments are written outside of JSON, and inside of it.
import type { ArgumentValue } from '../../catalog/parameters.ts';

/** A scalar as text; a list or a map as JSON. */
export function plainText(value: ArgumentValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? jsonText(value) : String(value);
}

/** JSON, with 64-bit integers as numbers with all their digits. */
export function jsonText(value: ArgumentValue): string {
  if (typeof value === 'bigint') return String(value);
  if (isList(value)) return `[${value.map((item) => jsonText(item)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`);
  return `{${entries.join(',')}}`;
}

/** One text per item of a list, one for anything else, none for null. */
export function textsOf(value: ArgumentValue): readonly string[] {
  if (value === null) return [];
  return isList(value) ? value.map((item) => plainText(item)) : [plainText(value)];
}

function isList(value: ArgumentValue): value is readonly ArgumentValue[] {
  return Array.isArray(value);
}
