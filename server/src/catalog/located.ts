// A value of a configuration file that knows its place: what decoding works on, so that every fault has a line.
import type { JsonValue } from '../base/json.ts';

/** Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type Located = LocatedMap | LocatedList | LocatedScalar;

/** Something wrong with the text at a place that concerns only the entity around it. */
export interface Defect {
  readonly place: Place;
  /** What follows the path of the node that has the defect: `.name`, or nothing. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

interface LocatedNode {
  readonly place: Place;
  readonly defects?: readonly Defect[];
}

export interface LocatedMap extends LocatedNode {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

export interface LocatedEntry {
  readonly key_place: Place;
  readonly value: Located;
}

export interface LocatedList extends LocatedNode {
  readonly kind: 'list';
  readonly items: readonly Located[];
}

export interface LocatedScalar extends LocatedNode {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** Present when placeholders were filled in: the value must not be shown. */
  readonly filled?: Filled;
}

/** Where a scalar's value comes from, when not from the file. */
export interface Filled {
  /** Names of the environment variables. */
  readonly names: readonly string[];
  /** A variable is missing and that is reported: nothing else about the value should be. */
  readonly missing: boolean;
}

/** The value without its places. */
export function toPlain(node: Located): JsonValue {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toPlain);
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, toPlain(value)]));
}

/** A map with only the entries whose key passes. */
export function filterEntries(node: LocatedMap, keep: (key: string) => boolean): LocatedMap {
  return { ...node, entries: new Map([...node.entries].filter(([key]) => keep(key))) };
}

export interface Found {
  /** The node at the path, or undefined when the path ends earlier. */
  readonly node: Located | undefined;
  /** The deepest place on the path. */
  readonly place: Place;
}

/** Follows a path of keys and indexes. */
export function locate(root: Located, path: readonly PropertyKey[]): Found {
  let node: Located = root;
  for (const step of path) {
    const next: Located | undefined =
      node.kind === 'map'
        ? node.entries.get(String(step))?.value
        : node.kind === 'list'
          ? node.items[Number(step)]
          : undefined;
    if (next === undefined) return { node: undefined, place: node.place };
    node = next;
  }
  return { node, place: node.place };
}

/** `tools.search` + `['parameters', 0, 'type']` -> `tools.search.parameters[0].type`. */
export function joinPath(base: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((joined, step) => {
    if (typeof step === 'number') return `${joined}[${step}]`;
    return joined === '' ? String(step) : `${joined}.${String(step)}`;
  }, base);
}

/** The reverse for paths as kinds write them: `parameters[0].name` -> `['parameters', 0, 'name']`. */
export function splitPath(path: string): readonly (string | number)[] {
  return (path.match(/[^.[\]]+/g) ?? []).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
