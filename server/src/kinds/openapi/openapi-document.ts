// An OpenAPI document as far as it is looked into: which version it is, and its references, which lead to places of the same
// document and nowhere else.
import type { Fault } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { shortened } from '../../catalog/describe-value.ts';

export interface OpenApiDocument {
  readonly root: JsonObject;
  readonly version: '3.0' | '3.1';
}

export type DocumentResult =
  | { readonly document: OpenApiDocument; readonly faults: readonly Fault[] }
  | { readonly document: undefined; readonly faults: readonly Fault[] };

/** Whether a value is an OpenAPI document that is taken. */
export function readOpenApi(value: unknown): DocumentResult {
  const refuse = (message: string, hint: string): DocumentResult => ({
    document: undefined,
    faults: [{ path: 'document', message, hint }],
  });
  if (!isJsonObject(value)) return refuse('is not an OpenAPI document', 'It is an object with "openapi" and "paths".');
  if (Object.hasOwn(value, 'swagger')) {
    return refuse('is Swagger 2.0, which is not taken', 'Convert it to OpenAPI 3, for instance with swagger2openapi.');
  }
  const written = member(value, 'openapi');
  const version = typeof written === 'string' ? /^3\.([0-2])(?:\.\d+)?/.exec(written)?.[1] : undefined;
  if (version === undefined)
    return refuse('is not an OpenAPI document of version 3.0 or 3.1', 'It has "openapi: 3.…".');
  if (!isJsonObject(member(value, 'paths'))) return refuse('has no paths', 'It has "paths" with operations.');
  return { document: { root: value, version: version === '0' ? '3.0' : '3.1' }, faults: [] };
}

/** A member of an object: its own, or undefined. */
export function member(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function objectAt(value: unknown, name: string): JsonObject {
  const found = member(value, name);
  return isJsonObject(found) ? found : {};
}

export function listAt(value: unknown, name: string): readonly unknown[] {
  const found = member(value, name);
  return Array.isArray(found) ? found : [];
}

export function textAt(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === 'string' ? found : undefined;
}

/** What prevents the use of one operation, in words for a fault. */
export class NotUsable extends Error {}

/** The object itself, or what its reference leads to. Throws `NotUsable`. */
export function resolve({ root }: OpenApiDocument, value: unknown): JsonObject {
  let at = value;
  for (let hops = 0; hops < limits.openapi_references; hops += 1) {
    if (!isJsonObject(at)) throw new NotUsable('has a part that is no object');
    const reference = textAt(at, '$ref');
    if (reference === undefined) return at;
    at = follow(root, reference);
  }
  throw new NotUsable('has references that never end');
}

/** What a reference leads to. Throws `NotUsable` for one that leads out of the document. */
export function follow(root: JsonObject, reference: string): unknown {
  if (!reference.startsWith('#/')) {
    throw new NotUsable(`has a reference out of the document ("${shortened(reference)}"): nothing is fetched`);
  }
  let at: unknown = root;
  for (const written of decode(reference.slice(2)).split('/')) {
    const step = written.replaceAll('~1', '/').replaceAll('~0', '~');
    at = Array.isArray(at) ? (at as unknown[])[Number(step)] : member(at, step);
  }
  if (at === undefined) throw new NotUsable(`has a reference to nothing ("${shortened(reference)}")`);
  return at;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
