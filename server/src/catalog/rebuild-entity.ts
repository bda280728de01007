// An entity of the map format written anew as a flat document: for those whose text cannot be kept, because it is inside
// brackets or refers to anchors of other entities. Values stay what they are; how they are written may change.
import { Document, Pair, YAMLMap, isAlias, isCollection, isMap, isNode, isPair, isScalar, isSeq, visit } from 'yaml';
import type { Alias, Node } from 'yaml';

export interface EntityNodes {
  /** The word of the flat format. */
  readonly word: string;
  readonly key: Node;
  readonly value: Node;
  /** Where the anchors are. */
  readonly document: Document.Parsed;
}

/** The text of the flat document without comments, or undefined when it cannot be one. */
export function rebuildEntity({ word, key, value, document }: EntityNodes): string | undefined {
  const own = resolveAliases(value, document, new Set());
  const flat = new Document(new YAMLMap());
  const map = flat.contents as unknown as YAMLMap;
  map.items.push(
    new Pair(flat.createNode('kind'), flat.createNode(word)),
    new Pair(flat.createNode('name'), nameNode(key, flat)),
  );
  if (isCollection(own)) own.flow = false;
  if (isSeq(own)) map.items.push(new Pair(flat.createNode('tools'), own));
  else if (!isMap(own) || own.has('name')) return undefined;
  else {
    const is_type = ({ key: one }: Pair): boolean => isScalar(one) && (one.value === 'kind' || one.value === 'type');
    const types = own.items.filter((pair) => is_type(pair));
    const same = new Set(types.map((pair) => (isScalar(pair.value) ? pair.value.value : pair.value)));
    if (same.size > 1) return undefined;
    map.items.push(
      ...types.slice(0, 1).map(({ value: type }) => new Pair(flat.createNode('type'), type)),
      ...own.items.filter((pair) => !is_type(pair)),
    );
  }
  return flat.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** The name as a text: as a key, `1` is one. */
function nameNode(key: Node, flat: Document): Node {
  return isScalar(key) && typeof key.value === 'string' ? bare(key) : flat.createNode(isScalar(key) ? key.source : '');
}

/** Whether something in an entity refers to an anchor outside, or brings fields in that may have to be renamed. */
export function needsRebuilding(value: Node): boolean {
  const anchors = new Set<string>();
  let is_needed = false;
  visit(value, {
    Node: (_key, node) => {
      if (isAlias(node)) is_needed ||= !anchors.has(node.source);
      else if (node !== value && node.anchor !== undefined) anchors.add(node.anchor);
    },
  });
  return is_needed || (isMap(value) && value.items.some(({ key }) => isMergeKey(key)));
}

/** A copy without aliases, anchors, merge keys and comments. */
function resolveAliases(node: unknown, document: Document.Parsed, open: ReadonlySet<unknown>): Node | null {
  if (isAlias(node)) return resolveAliases(target(node, document), document, open);
  if (!isNode(node) || open.has(node)) return null;
  if (!isCollection(node)) return bare(node);
  const inside = new Set(open).add(node);
  const copy = bare(node);
  copy.items = isMap(node)
    ? mergedPairs(node, document, inside).map(([key, value]) => new Pair(key, resolveAliases(value, document, inside)))
    : node.items.map((item) => (isPair(item) ? item : resolveAliases(item, document, inside)));
  return copy;
}

function target(alias: Alias, document: Document.Parsed): unknown {
  return alias.resolve(document);
}

/** The pairs of a map with those that `<<` brings: its own win, then the first that brings one. */
function mergedPairs(
  map: YAMLMap,
  document: Document.Parsed,
  open: ReadonlySet<unknown>,
): readonly (readonly [unknown, unknown])[] {
  const text = (key: unknown): unknown => (isScalar(key) ? (key.source ?? key.value) : key);
  const own = new Set(map.items.map(({ key }) => text(key)));
  const brought = new Set<unknown>();
  return map.items.flatMap(({ key, value }): readonly (readonly [unknown, unknown])[] => {
    if (!isMergeKey(key)) return [[isNode(key) ? bare(key) : key, value]];
    const followed = isAlias(value) ? target(value, document) : value;
    const maps = (isSeq(followed) ? followed.items : [followed]).map((item) =>
      isAlias(item) ? target(item, document) : item,
    );
    return maps
      .filter((item) => isMap(item))
      .flatMap((item) => (open.has(item) ? [] : mergedPairs(item, document, new Set(open).add(item))))
      .filter(([name]) => {
        const is_new = !own.has(text(name)) && !brought.has(text(name));
        brought.add(text(name));
        return is_new;
      });
  });
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

/** A copy without anchor and comments. */
function bare<N extends Node>(node: N): N {
  const copy = node.clone() as N & { anchor?: string };
  copy.commentBefore = null;
  copy.comment = null;
  copy.spaceBefore = false;
  delete copy.anchor;
  return copy;
}
