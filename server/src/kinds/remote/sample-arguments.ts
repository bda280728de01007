// Arguments that fit a tool's schema, for trying a service: what its author gives as an example, else the plainest value.
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';

/** Values for the required properties, or the first example of the whole. Nothing is checked: the service does that. */
export function sampleArguments(schema: JsonObject): JsonObject {
  const [example] = listOf(schema['examples']);
  if (isJsonObject(example)) return example;
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  return Object.fromEntries(requiredOf(schema).map((name) => [name, sampleOf(properties[name], 0)]));
}

export function requiredOf(schema: JsonObject): readonly string[] {
  return listOf(schema['required']).filter((name) => typeof name === 'string');
}

/** Deeper than this, examples are needed. */
const depth_max = 5;

function sampleOf(schema: JsonValue | undefined, depth: number): JsonValue {
  if (!isJsonObject(schema) || depth > depth_max) return null;
  const [given] = [listOf(schema['examples']), [schema['default'], schema['const']], listOf(schema['enum'])]
    .flat()
    .filter((value) => value !== undefined);
  if (given !== undefined) return given;
  const [type] = [schema['type']].flat();
  switch (type) {
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1;
    case 'boolean':
      return false;
    case 'array':
      return [sampleOf(schema['items'], depth + 1)];
    case 'object': {
      const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
      return Object.fromEntries(requiredOf(schema).map((name) => [name, sampleOf(properties[name], depth + 1)]));
    }
    case 'null':
      return null;
    default:
      return 'test';
  }
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
