// A value that fits a JSON Schema, the same one every time: with every property, the first of every choice.
import { isJsonObject } from '../../server/src/base/json.ts';
import type { JsonObject } from '../../server/src/base/json.ts';

const texts: Readonly<Record<string, string>> = {
  uuid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  date: '2026-11-21',
  'date-time': '2026-11-21T10:00:00Z',
  email: 'ada@example.com',
  uri: 'https://example.com/a',
};

/** For schemas of the tests' documents; nothing is promised for others. */
export function sampleValue(schema: unknown, root: JsonObject, depth = 0): unknown {
  if (!isJsonObject(schema)) return 'x';
  const inner = (one: unknown): unknown => sampleValue(one, root, depth + 1);
  if (typeof schema['$ref'] === 'string') {
    const name = schema['$ref'].split('/').at(-1) ?? '';
    return inner((root['$defs'] as JsonObject)[name]);
  }
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if (schema['default'] !== undefined) return schema['default'];
  for (const choice of ['oneOf', 'anyOf'] as const) {
    if (Array.isArray(schema[choice]))
      return inner({ ...schema, [choice]: undefined, ...(schema[choice][0] as object) });
  }
  if (Array.isArray(schema['allOf'])) return Object.assign({}, ...schema['allOf'].map(inner)) as unknown;
  const type: unknown = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  switch (type) {
    case 'integer':
    case 'number':
      return Number(schema['minimum'] ?? 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return Array.from({ length: Number(schema['minItems'] ?? 1) }, () => inner(schema['items'] ?? {}));
    case 'object':
      return objectOf(schema, root, depth);
    default:
      return type === undefined && isJsonObject(schema['properties'])
        ? objectOf(schema, root, depth)
        : typeof schema['format'] === 'string'
          ? (texts[schema['format']] ?? 'sample')
          : 'sample';
  }
}

/** Deep inside, only what must be there: a document may describe trees without an end. */
function objectOf(schema: JsonObject, root: JsonObject, depth: number): unknown {
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const entries = Object.entries(isJsonObject(schema['properties']) ? schema['properties'] : {});
  return Object.fromEntries(
    entries
      .filter(([name]) => depth < 3 || required.has(name))
      .map(([name, property]) => [name, sampleValue(property, root, depth + 1)]),
  );
}
