// A JSON value as decoding wants it. It has no lines: faults say where by their paths.
import type { JsonValue } from '../base/json.ts';
import type { Located, LocatedEntry } from '../catalog/located.ts';

const place = { line: 1, column: 1 };

/** Its depth is bounded by whoever has read it. */
export function locateJson(value: JsonValue): Located {
  if (Array.isArray(value)) return { kind: 'list', place, items: value.map((item: JsonValue) => locateJson(item)) };
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', place, value };
  const entries = Object.entries(value).map(([key, item]): readonly [string, LocatedEntry] => [
    key,
    { key_place: place, value: locateJson(item) },
  ]);
  return { kind: 'map', place, entries: new Map(entries) };
}
