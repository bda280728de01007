// The schemas that authors give their tools: as JSON Schema for callers, and as checks that also fill in defaults.
import type { AnySchema, StandardIssue, StandardSchema } from '@toolcrib/client';
import type { Fault } from '../base/errors.ts';
import { isJsonObject } from '../base/json.ts';
import type { JsonObject } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { joinPath } from '../catalog/located.ts';

function isStandardSchema(schema: unknown): schema is StandardSchema {
  return typeof schema === 'object' && schema !== null && '~standard' in schema;
}

/** Throws TypeError with a text for the author. */
export function toJsonSchema(schema: AnySchema, io: 'input' | 'output'): JsonObject {
  if (!isStandardSchema(schema)) {
    if (isJsonObject(schema)) return schema;
    throw new TypeError('is neither a Standard Schema nor a JSON Schema');
  }
  // What a pack gives is not checked by the compiler.
  if (typeof schema['~standard'].jsonSchema?.[io] !== 'function') {
    throw new TypeError('cannot say its JSON Schema; schemas of zod 4.2 or later can');
  }
  let said: unknown;
  try {
    said = schema['~standard'].jsonSchema[io]({ target: 'draft-2020-12' });
  } catch (cause) {
    throw new TypeError('has something that JSON Schema cannot say, such as a transformation', { cause });
  }
  if (!isJsonObject(said)) throw new TypeError('does not say a JSON Schema');
  const { $schema: _, ...json_schema } = JSON.parse(JSON.stringify(said)) as JsonObject;
  return json_schema;
}

export type Checked = { readonly value: unknown } | { readonly faults: readonly Fault[] };

/** By the author's own schema; a JSON Schema has been checked elsewhere. */
export async function checkBy(schema: AnySchema | undefined, value: unknown): Promise<Checked> {
  if (!isStandardSchema(schema)) return { value };
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return { value: result.value };
  return { faults: result.issues.slice(0, limits.faults).map((issue) => faultOf(issue)) };
}

function faultOf({ message, path = [] }: StandardIssue): Fault {
  const steps = path.map((step) => (typeof step === 'object' ? step.key : step));
  return { path: joinPath('', steps), message };
}
