// The schemas that stand directly inside of a schema, by the keywords of JSON Schema 2020-12 and of the drafts before it.
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';

/** What a keyword holds: one schema, a list, a map by name, or the first where it is no list. */
const places: ReadonlyMap<string, 'one' | 'list' | 'map'> = new Map([
  ...['additionalItems', 'additionalProperties', 'contains', 'contentSchema', 'else', 'if', 'items', 'not'].map(one),
  ...['propertyNames', 'then', 'unevaluatedItems', 'unevaluatedProperties'].map(one),
  ...['allOf', 'anyOf', 'oneOf', 'prefixItems'].map((name) => [name, 'list'] as const),
  ...['$defs', 'definitions', 'dependencies', 'dependentSchemas'].map(map),
  ...['patternProperties', 'properties'].map(map),
]);

function one(name: string): readonly [string, 'one'] {
  return [name, 'one'];
}

function map(name: string): readonly [string, 'map'] {
  return [name, 'map'];
}

export interface InnerSchema {
  /** `properties.name`, `allOf[0]`. */
  readonly path: string;
  readonly keyword: string;
  readonly schema: unknown;
}

/** In the order in which they are written. */
export function schemasIn(schema: JsonObject): readonly InnerSchema[] {
  return Object.keys(schema).flatMap((keyword) => {
    const place = places.get(keyword);
    if (place === undefined) return [];
    const value: unknown = schema[keyword];
    if (Array.isArray(value)) {
      // Before 2020-12, `items` could be a list.
      if (place === 'map') return [];
      return value.map((inner: unknown, index) => ({ path: `${keyword}[${index}]`, keyword, schema: inner }));
    }
    if (place !== 'map') return [{ path: keyword, keyword, schema: value }];
    if (!isJsonObject(value)) return [];
    return Object.entries(value)
      .filter(([, inner]) => !Array.isArray(inner))
      .map(([name, inner]) => ({ path: `${keyword}.${name}`, keyword, schema: inner }));
  });
}
