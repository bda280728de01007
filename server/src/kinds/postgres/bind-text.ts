// Arguments as the text that PostgreSQL reads. Values travel beside the statement, each with its length; they are never
// part of it. Only an array's elements share one text, so that is where quoting matters.
import type { ArgumentMap, ArgumentValue } from '../../catalog/parameters.ts';
import { writeJson } from '../../base/json.ts';

const json_oid = 114;
const jsonb_oid = 3802;

/** The text of a bound value; `null` is SQL NULL. `type_oid` is the parameter's type as the server inferred it. */
export function bindText(value: ArgumentValue, type_oid?: number): string | null {
  if (typeof value === 'string') return value;
  if (value === null) return null;
  if (typeof value !== 'object') return String(value);
  if (type_oid === json_oid || type_oid === jsonb_oid || !isList(value)) return writeJson(value);
  return arrayText(value);
}

/** `{1,NULL,"a \"b\""}`: every string is quoted, so that no content is ever structure. */
function arrayText(items: readonly ArgumentValue[]): string {
  return `{${items.map((item) => elementText(item)).join(',')}}`;
}

function elementText(item: ArgumentValue): string {
  if (item === null) return 'NULL';
  if (typeof item === 'string') return `"${item.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  if (typeof item !== 'object') return String(item);
  return isList(item) ? arrayText(item) : elementText(writeJson(item));
}

function isList(value: readonly ArgumentValue[] | ArgumentMap): value is readonly ArgumentValue[] {
  return Array.isArray(value);
}
