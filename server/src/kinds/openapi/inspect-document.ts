// What an OpenAPI document offers, for somebody who is about to make tools of it; and a part of it that stands alone, small
// enough to be kept as a definition.
import { cleanText } from '../../base/clean-text.ts';
import type { Fault } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Pause } from '../../base/pause.ts';
import { isBaseUrl, serversOf } from './base-url.ts';
import { leftOut, toolName } from './bring-operations.ts';
import { chooseOperations, listOperations } from './list-operations.ts';
import type { WrittenOperation } from './list-operations.ts';
import { follow, member, NotUsable, objectAt, textAt } from './openapi-document.ts';
import type { OpenApiDocument } from './openapi-document.ts';
import { planOperation } from './plan-operation.ts';
import { lineOf } from './words.ts';

export interface InspectedOperation {
  /** By which `operations` of a source names it: its operationId, else `METHOD /path`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly deprecated: boolean;
  /** Name of the tool, without a prefix; null when it cannot be one. */
  readonly tool: string | null;
}

export interface InspectedDocument {
  readonly title: string;
  readonly version: string;
  readonly servers: readonly string[];
  readonly security_schemes: readonly { readonly name: string; readonly type: string }[];
  readonly operations: readonly InspectedOperation[];
  readonly faults: readonly Fault[];
}

export interface Inspection {
  readonly found: InspectedDocument;
  /** The document with the chosen operations and what they refer to. */
  readonly part: JsonObject;
}

/** Works on a document that `readOpenApi` has taken. */
export async function inspectDocument(
  document: OpenApiDocument,
  names: readonly string[] | undefined,
  pause: Pause,
): Promise<Inspection> {
  const all = listOperations(document);
  const { operations: chosen, faults } = chooseOperations(all, names);
  const told: Fault[] = [...faults];
  const taken = new Set<string>();
  const listed: InspectedOperation[] = [];
  for (const operation of (names === undefined ? all : chosen).slice(0, limits.openapi_listed)) {
    await pause();
    const problem = problemOf(document, operation);
    if (problem !== undefined && told.length < limits.faults) told.push(leftOut(operation.key, problem));
    listed.push(toInspected(operation, problem === undefined ? toolName(operation, '', taken) : null));
  }
  const { root } = document;
  const schemes = Object.entries(objectAt(objectAt(root, 'components'), 'securitySchemes'));
  return {
    found: {
      title: lineOf(objectAt(root, 'info'), 'title'),
      version: lineOf(objectAt(root, 'info'), 'version'),
      servers: serversOf(root)
        .filter((url) => isBaseUrl(url))
        .slice(0, 20),
      security_schemes: schemes.slice(0, 50).map(([name, scheme]) => ({
        name: cleanText(name, limits.openapi_title_characters),
        type: lineOf(scheme, 'type'),
      })),
      operations: listed,
      faults: told,
    },
    part: partOf(document, chosen),
  };
}

function problemOf(document: OpenApiDocument, operation: WrittenOperation): string | undefined {
  try {
    planOperation(document, operation, { checks_answers: false });
    return undefined;
  } catch (thrown) {
    if (thrown instanceof NotUsable) return thrown.message;
    throw thrown;
  }
}

function toInspected(operation: WrittenOperation, tool: string | null): InspectedOperation {
  const { id, key, method, path, tags, node } = operation;
  const line = (text: string): string => cleanText(text, limits.openapi_title_characters);
  return {
    name: line(id ?? key),
    method,
    path: line(path),
    tags: tags.slice(0, 20).map((tag) => line(tag)),
    summary: lineOf(node, 'summary'),
    deprecated: member(node, 'deprecated') === true,
    tool,
  };
}

/** In the order of the document, so that the same choice is always the same part. */
function partOf({ root }: OpenApiDocument, chosen: readonly WrittenOperation[]): JsonObject {
  const paths: Record<string, Record<string, JsonValue>> = {};
  for (const { path, path_item, method, node } of chosen) {
    const parameters = member(path_item, 'parameters');
    const item = (paths[path] ??= Array.isArray(parameters) ? { parameters: lean(parameters) } : {});
    item[method.toLowerCase()] = lean(node);
  }
  const schemes = Object.entries(objectAt(objectAt(root, 'components'), 'securitySchemes'));
  const components: Components = new Map();
  if (schemes.length > 0) {
    components.set('securitySchemes', new Map(schemes.map(([name, scheme]) => [name, lean(scheme)])));
  }
  addReferred(root, paths, components);
  const { servers, security } = root;
  const info = objectAt(root, 'info');
  return {
    openapi: textAt(root, 'openapi') ?? '',
    info: { title: lineOf(info, 'title'), version: lineOf(info, 'version') },
    ...(servers === undefined ? {} : { servers: lean(servers) }),
    ...(security === undefined ? {} : { security: lean(security) }),
    paths,
    ...(components.size === 0 ? {} : { components: toObject(components) }),
  };
}

/** By section and name. Names are a third party's: no plain object is keyed by them while it is made. */
type Components = Map<string, Map<string, JsonValue>>;

function toObject(components: Components): JsonObject {
  return Object.fromEntries([...components].map(([section, entries]) => [section, Object.fromEntries(entries)]));
}

/** Follows references to components until there is nothing new. Others lead to a fault when the source is made. */
function addReferred(root: JsonObject, paths: JsonObject, components: Components): void {
  const open: JsonValue[] = [paths, toObject(components)];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    for (const reference of referencesIn(value)) {
      const [whole, section, name] = /^#\/components\/([A-Za-z]+)\/([^/]+)/.exec(reference) ?? [];
      if (whole === undefined || section === undefined || name === undefined) continue;
      const kept = components.get(section) ?? new Map<string, JsonValue>();
      components.set(section, kept);
      const key = nameIn(name);
      const target = kept.has(key) ? undefined : found(root, whole);
      if (target === undefined) continue;
      const copy = lean(target);
      kept.set(key, copy);
      open.push(copy);
    }
  }
}

/** A step of a reference as the name that it means. */
function nameIn(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return step;
  }
}

function found(root: JsonObject, reference: string): JsonValue | undefined {
  try {
    return follow(root, reference) as JsonValue;
  } catch (thrown) {
    if (thrown instanceof NotUsable) return undefined;
    throw thrown;
  }
}

function referencesIn(value: JsonValue): readonly string[] {
  const references: string[] = [];
  const open: JsonValue[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const reference = textAt(next, '$ref');
    if (reference !== undefined) references.push(reference);
    open.push(...Object.values<JsonValue>(next));
  }
  return references;
}

const not_kept = new Set(['example', 'examples', 'externalDocs', 'xml', 'discriminator', 'links', 'callbacks']);

/** Without what no tool is made of. A definition keeps no bigint and fills in `${…}`, which in descriptions means nothing. */
function lean(value: unknown, depth = 0, parent = ''): JsonValue {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return value.replaceAll('${', '$ {');
  if (Array.isArray(value)) return value.map((item: unknown) => lean(item, depth + 1, parent));
  if (!isJsonObject(value)) return (value ?? null) as JsonValue;
  const is_map = parent === 'properties' || parent === 'schemas' || parent === 'responses';
  const entries = Object.entries(value).filter(([name]) => is_map || !(not_kept.has(name) || name.startsWith('x-')));
  return Object.fromEntries(entries.map(([name, item]) => [name, lean(item, depth + 1, is_map ? '' : name)]));
}
