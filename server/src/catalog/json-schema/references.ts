// Where the references of a schema lead: to places of the same document, and nowhere else (attack A37). Nothing is ever read
// from the network or a file.
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { schemasIn } from './schemas-in.ts';
import type { SchemaFaults } from './schema-faults.ts';

/** A document, or a part of one with an `$id` of its own. */
export interface Resource {
  readonly uri: string;
  readonly root: JsonObject | boolean;
  /** `$anchor`, and the older ways to write one. */
  readonly anchors: Map<string, JsonObject>;
  readonly dynamic_anchors: Map<string, JsonObject>;
  /** Draft 4 to 7: what stands beside `$ref` does not count. */
  readonly is_legacy: boolean;
}

export interface Target {
  readonly schema: JsonObject | boolean;
  readonly resource: Resource;
  /** Name of the dynamic anchor that was found, where `$dynamicRef` leads to one. */
  readonly dynamic: string | undefined;
}

export interface References {
  readonly root: Resource;
  /** Undefined for what stands where no schema is expected, and is one by reference. */
  resourceOf(schema: JsonObject): Resource | undefined;
  /** The places of a dynamic anchor by the resource that has it. */
  dynamicPlaces(name: string): ReadonlyMap<Resource, JsonObject>;
  /** Undefined for what is not in the document. */
  resolve(reference: string, from: Resource): Target | undefined;
}

const base = 'schema:/';

/** Reads the document once, within bounds; what is over them is a fault. */
export function indexSchema(root: JsonObject | boolean, faults: SchemaFaults): References {
  const first = newResource(base, root, isLegacy(root, false));
  const resources = new Map<string, Resource>([[base, first]]);
  const owners = new Map<JsonObject, Resource>();
  let places = 0;
  const visit = (schema: unknown, { path, outer, depth }: Visit): void => {
    if (!isJsonObject(schema) || owners.has(schema) || faults.is_over) return;
    places += 1;
    if (depth > limits.schema_depth) return faults.end(path, `nested deeper than ${limits.schema_depth} schemas`);
    if (places > limits.schema_nodes) return faults.end(path, `more than ${limits.schema_nodes} schemas`);
    const resource = enter(schema, outer, resources);
    owners.set(schema, resource);
    noteAnchors(schema, resource);
    for (const { path: inner, schema: child } of schemasIn(schema)) {
      visit(child, { path: join(path, inner), outer: resource, depth: depth + 1 });
    }
  };
  visit(root, { path: '', outer: first, depth: 0 });

  const resolve = (reference: string, from: Resource): Target | undefined => {
    const uri = URL.parse(reference, from.uri);
    if (uri === null) return undefined;
    const fragment = decoded(uri.hash.slice(1));
    uri.hash = '';
    const resource = resources.get(withoutEmptyFragment(uri.href));
    if (resource === undefined || fragment === undefined) return undefined;
    if (fragment === '') return { schema: resource.root, resource, dynamic: dynamicName(resource, '') };
    if (!fragment.startsWith('/')) {
      const schema = resource.anchors.get(fragment);
      if (schema === undefined) return undefined;
      return { schema, resource: owners.get(schema) ?? resource, dynamic: dynamicName(resource, fragment) };
    }
    return follow(fragment, resource, owners);
  };
  return {
    root: owners.get(root as JsonObject) ?? first,
    resourceOf: (schema) => owners.get(schema),
    dynamicPlaces: (name) => {
      const all = [...new Set(owners.values())].map(
        (resource) => [resource, resource.dynamic_anchors.get(name)] as const,
      );
      return new Map(all.flatMap(([resource, schema]) => (schema === undefined ? [] : [[resource, schema] as const])));
    },
    resolve,
  };
}

interface Visit {
  readonly path: string;
  readonly outer: Resource;
  readonly depth: number;
}

export function join(path: string, step: string): string {
  return path === '' ? step : `${path}.${step}`;
}

function newResource(uri: string, root: JsonObject | boolean, is_legacy: boolean): Resource {
  return { uri, root, anchors: new Map(), dynamic_anchors: new Map(), is_legacy };
}

function isLegacy(schema: JsonObject | boolean, outer: boolean): boolean {
  const written = isJsonObject(schema) ? own(schema, '$schema') : undefined;
  return typeof written === 'string' ? /draft-0[3-7]/.test(written) : outer;
}

function own(schema: JsonObject, name: string): unknown {
  return Object.hasOwn(schema, name) ? schema[name] : undefined;
}

/** The resource that a schema belongs to: a new one where it has an `$id`. */
function enter(schema: JsonObject, outer: Resource, resources: Map<string, Resource>): Resource {
  const is_legacy = isLegacy(schema, outer.is_legacy);
  if (is_legacy && typeof own(schema, '$ref') === 'string') return outer;
  const written = own(schema, '$id') ?? (is_legacy ? own(schema, 'id') : undefined);
  if (typeof written !== 'string' || written.startsWith('#')) return outer;
  const uri = URL.parse(written, outer.uri);
  if (uri === null) return outer;
  uri.hash = '';
  const href = withoutEmptyFragment(uri.href);
  // The first of that name counts: a later one could be put there to take its place.
  const resource = resources.get(href) ?? newResource(href, schema, is_legacy);
  resources.set(href, resource);
  return resource.root === schema ? resource : newResource(href, schema, is_legacy);
}

function withoutEmptyFragment(href: string): string {
  return href.endsWith('#') ? href.slice(0, -1) : href;
}

function noteAnchors(schema: JsonObject, resource: Resource): void {
  const { anchors, dynamic_anchors } = resource;
  const note = (name: unknown): void => {
    if (typeof name === 'string' && !anchors.has(name)) anchors.set(name, schema);
  };
  note(own(schema, '$anchor'));
  const dynamic = own(schema, '$dynamicAnchor');
  note(dynamic);
  if (typeof dynamic === 'string' && !dynamic_anchors.has(dynamic)) dynamic_anchors.set(dynamic, schema);
  if (own(schema, '$recursiveAnchor') === true && resource.root === schema) dynamic_anchors.set('', schema);
  const id = own(schema, '$id') ?? (resource.is_legacy ? own(schema, 'id') : undefined);
  if (typeof id === 'string' && id.startsWith('#')) note(id.slice(1));
}

function dynamicName({ dynamic_anchors }: Resource, name: string): string | undefined {
  return dynamic_anchors.has(name) ? name : undefined;
}

/** JSON Pointer (RFC 6901). */
function follow(pointer: string, resource: Resource, owners: ReadonlyMap<JsonObject, Resource>): Target | undefined {
  let value: unknown = resource.root;
  let at = resource;
  for (const written of pointer.split('/').slice(1)) {
    const step = written.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value))
      value = /^(?:0|[1-9]\d{0,8})$/.test(step) ? (value as unknown[])[Number(step)] : undefined;
    else value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    if (isJsonObject(value)) at = owners.get(value) ?? at;
  }
  if (typeof value === 'boolean') return { schema: value, resource: at, dynamic: undefined };
  return isJsonObject(value) ? { schema: value, resource: at, dynamic: undefined } : undefined;
}

function decoded(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}
