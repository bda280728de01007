// One schema while it is compiled: what its keywords are read with, and what they are made into.
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { describeValue } from '../describe-value.ts';
import { join } from './references.ts';
import type { Resource, References } from './references.ts';
import type { Place, Run, Seen } from './run.ts';
import type { SchemaFaults } from './schema-faults.ts';

/** Whether a value holds to a schema, or to one keyword of it. What was looked at goes into `seen`, where that is asked. */
export type Check = (value: unknown, at: Place, run: Run, seen: Seen | undefined) => boolean;

/** The checks of one schema by what they look at. */
export interface Checks {
  readonly any: Check[];
  readonly text: Check[];
  readonly number: Check[];
  readonly list: Check[];
  readonly object: Check[];
  /** After all others: what they have left. */
  readonly last: Check[];
}

export interface Compiling {
  readonly references: References;
  readonly faults: SchemaFaults;
  /** The check of a schema that was not compiled before. */
  compile(schema: unknown, path: string, resource: Resource): Check;
}

/** One schema while it is compiled. */
export interface SchemaAt {
  readonly schema: JsonObject;
  readonly path: string;
  readonly resource: Resource;
  readonly compiling: Compiling;
}

/** A keyword of a schema that holds schemas by name, compiled. */
export function schemasByName(at: SchemaAt, name: string): ReadonlyMap<string, Check> {
  const { schema, path, resource, compiling } = at;
  const map: unknown = Object.hasOwn(schema, name) ? schema[name] : undefined;
  if (map === undefined) return new Map();
  const here = join(path, name);
  if (!isJsonObject(map)) {
    compiling.faults.tell(here, `expected an object of schemas, got ${describeValue(map)}`);
    return new Map();
  }
  const entries = Object.entries(map).filter(([, inner]) => !(name === 'dependencies' && Array.isArray(inner)));
  return new Map(entries.map(([key, inner]) => [key, compiling.compile(inner, join(here, key), resource)]));
}

/** A list of schemas, compiled. */
export function schemaList(at: SchemaAt, name: string): readonly Check[] | undefined {
  const { schema, path, resource, compiling } = at;
  const list: unknown = Object.hasOwn(schema, name) ? schema[name] : undefined;
  if (list === undefined) return undefined;
  const here = join(path, name);
  if (Array.isArray(list)) return list.map((inner, index) => compiling.compile(inner, `${here}[${index}]`, resource));
  compiling.faults.tell(here, `expected a list of schemas, got ${describeValue(list)}`);
  return undefined;
}

/** One schema, compiled. */
export function oneSchema(at: SchemaAt, name: string): Check | undefined {
  const { schema, path, resource, compiling } = at;
  if (!Object.hasOwn(schema, name)) return undefined;
  return compiling.compile(schema[name], join(path, name), resource);
}

/** The value of a keyword that must be of a certain form; undefined after telling. */
export function readKeyword<Value>(
  { schema, path, compiling }: SchemaAt,
  name: string,
  form: { readonly is: (value: unknown) => value is Value; readonly expected: string },
): Value | undefined {
  const value: unknown = Object.hasOwn(schema, name) ? schema[name] : undefined;
  if (value === undefined) return undefined;
  if (form.is(value)) return value;
  compiling.faults.tell(join(path, name), `expected ${form.expected}, got ${describeValue(value)}`);
  return undefined;
}
