// The nodes of one YAML document as located values, within bounds: aliases are followed and counted, and what is wrong
// with a single value is kept as a defect at its place. Knows nothing of tools.
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { LineCounter, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { limits } from '../base/limits.ts';
import { shortened } from './describe-value.ts';
import type { Defect, Located, LocatedEntry, LocatedMap, LocatedScalar, Place } from './located.ts';

type AnchoredNode = Scalar | YAMLMap | YAMLSeq;

interface Reading {
  readonly lines: LineCounter;
  /** By name, the last one above the current node, as YAML wants it. */
  readonly anchors: Map<string, AnchoredNode>;
  /** The collections around the current node: an alias to one of them would never end. */
  readonly open: Set<AnchoredNode>;
  values: number;
  aliases: number;
  /** How many aliases are being followed at the moment. */
  following: number;
}

/** `too large` when the bounds of values or aliases are passed. Never throws. */
export function locateYaml(contents: unknown, lines: LineCounter): Located | 'too large' {
  const reading: Reading = { lines, anchors: new Map(), open: new Set(), values: 0, aliases: 0, following: 0 };
  const root = readNode(contents, reading, { line: 1, column: 1 });
  return isExhausted(reading) ? 'too large' : root;
}

/** The place of an offset in the text. */
export function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function isExhausted(reading: Reading): boolean {
  return reading.values > limits.config_values || reading.aliases > limits.config_aliases;
}

function readNode(node: unknown, reading: Reading, around: Place): Located {
  reading.values += 1;
  if (isExhausted(reading)) return empty(around);
  if (isAlias(node)) return readAlias(node.source, reading, startOf(node, reading, around));
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return empty(around);
  const place = startOf(node, reading, around);
  // An anchor met again inside a followed alias is the same one; it must not hide a later one of the same name.
  if (node.anchor !== undefined && reading.following === 0) reading.anchors.set(node.anchor, node);
  if (isScalar(node)) return readScalar(node.value, place);
  if (reading.open.size >= limits.config_depth)
    return defective(place, `nested deeper than ${limits.config_depth} levels`);
  reading.open.add(node);
  const read: Located = isMap(node)
    ? readMap(node.items, reading, place)
    : { kind: 'list', place, items: node.items.map((item) => readNode(item, reading, place)) };
  reading.open.delete(node);
  return read;
}

function startOf(
  node: { readonly range?: readonly [number, number, number] | null | undefined },
  reading: Reading,
  around: Place,
): Place {
  return node.range ? placeAt(reading.lines, node.range[0]) : around;
}

function empty(place: Place): LocatedScalar {
  return { kind: 'scalar', place, value: null };
}

function defective(place: Place, message: string, hint?: string): LocatedScalar {
  return { ...empty(place), defects: [{ place, path: '', message, ...(hint === undefined ? {} : { hint }) }] };
}

function readAlias(name: string, reading: Reading, place: Place): Located {
  const target = reading.anchors.get(name);
  reading.aliases += 1;
  if (target === undefined) return defective(place, `there is no anchor "&${shortened(name)}" above this alias`);
  if (reading.open.has(target)) return defective(place, `the alias "*${shortened(name)}" stands inside its own anchor`);
  reading.following += 1;
  const read = readNode(target, reading, place);
  reading.following -= 1;
  return read;
}

function readScalar(value: unknown, place: Place): LocatedScalar {
  switch (typeof value) {
    case 'bigint': {
      const number = Number(value);
      if (Number.isSafeInteger(number)) return { kind: 'scalar', place, value: number };
      return defective(place, 'the integer is too large to be kept exactly', 'Put it in quotes where a text will do.');
    }
    case 'number':
      if (Number.isFinite(value)) return { kind: 'scalar', place, value };
      return defective(place, 'infinity and "not a number" cannot be used here');
    case 'string':
    case 'boolean':
      return { kind: 'scalar', place, value };
    default:
      return empty(place);
  }
}

function readMap(pairs: readonly Pair[], reading: Reading, place: Place): LocatedMap {
  const entries = new Map<string, LocatedEntry>();
  const merged = new Map<string, LocatedEntry>();
  const defects: Defect[] = [];
  for (const { key, value } of pairs) {
    const key_place = isScalar(key) ? startOf(key, reading, place) : place;
    const name = isScalar(key) ? keyText(key) : undefined;
    const read = readNode(value, reading, key_place);
    if (name === undefined) {
      defects.push({ place: key_place, path: '', message: 'a key must be a plain name' });
    } else if (name === '<<' && mergedMaps(read).length > 0) {
      for (const map of mergedMaps(read)) {
        for (const [inherited, entry] of map.entries) if (!merged.has(inherited)) merged.set(inherited, entry);
      }
    } else if (name === '__proto__') {
      defects.push({ place: key_place, path: '', message: 'the name "__proto__" is reserved' });
    } else {
      const first = entries.get(name);
      if (first === undefined) entries.set(name, { key_place, value: read });
      else defects.push(repeatedKey(name, key_place, first.key_place));
    }
  }
  for (const [name, entry] of merged) if (!entries.has(name)) entries.set(name, entry);
  return { kind: 'map', place, entries, ...(defects.length === 0 ? {} : { defects }) };
}

function repeatedKey(name: string, place: Place, first: Place): Defect {
  return { place, path: `.${name}`, message: `"${shortened(name)}" is given twice; it is first in line ${first.line}` };
}

/** A key as it is written: `1` and `true` are names like others. */
function keyText(key: Scalar): string | undefined {
  if (typeof key.value === 'string') return key.value;
  return typeof key.source === 'string' ? key.source : undefined;
}

/** The maps that `<<: *anchor` or `<<: [*a, *b]` brings, of which the first wins; none when it is something else. */
function mergedMaps(node: Located): readonly LocatedMap[] {
  const candidates = node.kind === 'list' ? node.items : [node];
  const maps = candidates.filter((candidate) => candidate.kind === 'map');
  return maps.length === candidates.length ? maps : [];
}
