// Parameters that a server wants repeated in a header (`x-mcp-header`, revision 2026-07-28): only where the specification allows it. A
// client must not offer a tool that asks for more.
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';

const mark = 'x-mcp-header';
/** A token (RFC 9110, 5.6.2). */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const types: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);

/** Whether every one is a plain property by a name of its own. */
export function hasGoodHeaders(schema: JsonObject): boolean {
  return areGood(schema, { names: new Set(), place: 'root', depth: 0 });
}

interface At {
  /** In lower case. */
  readonly names: Set<string>;
  /** `property`: reached by `properties` alone. */
  readonly place: 'root' | 'property' | 'elsewhere';
  readonly depth: number;
}

function areGood(value: JsonValue, at: At): boolean {
  if (at.depth > limits.mcp_schema_depth) return false;
  const below = { names: at.names, depth: at.depth + 1 };
  if (Array.isArray(value)) {
    return value.every((item: JsonValue) => areGood(item, { ...below, place: 'elsewhere' }));
  }
  if (!isJsonObject(value)) return true;
  if (Object.hasOwn(value, mark) && !isGood(value, at)) return false;
  return Object.entries(value).every(([key, inner]) => {
    if (key !== 'properties' || !isJsonObject(inner) || at.place === 'elsewhere') {
      return areGood(inner, { ...below, place: 'elsewhere' });
    }
    // The names of properties are the server's: one of them may be the mark.
    return Object.values(inner).every((property) => areGood(property, { ...below, place: 'property' }));
  });
}

function isGood(property: JsonObject, { names, place }: At): boolean {
  const { [mark]: name, type } = property;
  if (place !== 'property' || typeof name !== 'string' || !token.test(name) || !types.has(type)) return false;
  const folded = name.toLowerCase();
  if (names.has(folded)) return false;
  names.add(folded);
  return true;
}
