// The operations of an OpenAPI document, in the order in which they are written, and the choice among them.
import type { Fault } from '../../base/errors.ts';
import type { HttpMethod } from '../../base/http-client.ts';
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { nearHint } from '../../base/nearest-names.ts';
import { listAt, member, NotUsable, objectAt, resolve, textAt } from './openapi-document.ts';
import type { OpenApiDocument } from './openapi-document.ts';

/** An operation as it is written. */
export interface WrittenOperation {
  readonly method: HttpMethod;
  readonly path: string;
  /** `GET /pets/{id}`. */
  readonly key: string;
  readonly id: string | undefined;
  readonly tags: readonly string[];
  readonly node: JsonObject;
  readonly path_item: JsonObject;
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const;

export function listOperations(document: OpenApiDocument): readonly WrittenOperation[] {
  return Object.entries(objectAt(document.root, 'paths')).flatMap(([path, written]) => {
    if (!path.startsWith('/')) return [];
    const path_item = itemOf(document, written);
    return methods.flatMap((name) => {
      const node = member(path_item, name);
      if (!isJsonObject(node)) return [];
      const method = name.toUpperCase() as HttpMethod;
      const tags = listAt(node, 'tags').filter((tag) => typeof tag === 'string');
      return [{ method, path, key: `${method} ${path}`, id: textAt(node, 'operationId'), tags, node, path_item }];
    });
  });
}

function itemOf(document: OpenApiDocument, written: unknown): JsonObject {
  try {
    return resolve(document, written);
  } catch (thrown) {
    if (thrown instanceof NotUsable) return {};
    throw thrown;
  }
}

export interface ChosenOperations {
  readonly operations: readonly WrittenOperation[];
  readonly faults: readonly Fault[];
}

/** Those that are named by `operationId`, by `METHOD /path` or by a tag; all when nothing is named. */
export function chooseOperations(
  all: readonly WrittenOperation[],
  names: readonly string[] | undefined,
): ChosenOperations {
  const matches = (operation: WrittenOperation, name: string): boolean =>
    operation.id === name || operation.key === name || operation.tags.includes(name);
  const chosen = names === undefined ? all : all.filter((one) => names.some((name) => matches(one, name)));
  const faults = (names ?? []).flatMap((name, index): readonly Fault[] => {
    if (all.some((operation) => matches(operation, name))) return [];
    const known = [...new Set(all.flatMap(({ id, key, tags }) => [id ?? key, ...tags]))];
    const message = 'the document has no such operation and no such tag';
    return [{ path: `operations[${index}]`, message, hint: nearHint(name, known) }];
  });
  if (chosen.length <= limits.openapi_operations) return { operations: chosen, faults };
  const message = `there are ${chosen.length} operations, and a source brings at most ${limits.openapi_operations}`;
  return {
    operations: chosen.slice(0, limits.openapi_operations),
    faults: [...faults, { path: 'operations', message, hint: 'Name those that you need, or their tags.' }],
  };
}
