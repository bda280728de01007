// One document of the map format as text into flat documents as text: entity by entity the lines stay what they are, with
// their comments, and only move to the left. What cannot be kept so is rebuilt.
import { isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Document, LineCounter, Node, Pair, YAMLMap } from 'yaml';
import { needsRebuilding, rebuildEntity } from './rebuild-entity.ts';
import { flatWord } from './split-entities.ts';

export interface DocumentText {
  /** Of the whole file: ranges count from its start. */
  readonly text: string;
  /** The part of it that is the document. */
  readonly start: number;
  readonly end: number;
  readonly document: Document.Parsed;
  readonly counter: LineCounter;
  /** Every comment of the file with its offset. */
  readonly comments: readonly { readonly offset: number; readonly source: string }[];
}

/** Lines that belong together: `first` to `end`, without `end`, and the line of the key in it. */
interface Region {
  readonly first: number;
  readonly key_line: number;
  readonly end: number;
}

/** The flat documents, each ending with a newline. What cannot be flat stays a document of the map format. */
export function flattenDocument(source: DocumentText): readonly string[] {
  const root = source.document.contents;
  if (!isMap(root)) return [source.text.slice(source.start, source.end)];
  return new Flattening(source).run(root);
}

class Flattening {
  readonly #source: DocumentText;
  readonly #lines: readonly string[];
  /** The line after the last one. */
  readonly #end: number;
  readonly #documents: string[] = [];
  /** Comments that wait for the next entity. */
  #waiting: string[] = [];

  constructor(source: DocumentText) {
    this.#source = source;
    const { text, end } = source;
    this.#lines = text.split('\n');
    const last = this.#lines.at(-1) === '' ? this.#lines.length - 1 : this.#lines.length;
    const after = end === text.length ? last : this.#lineOf(end);
    const closed = this.#lines.slice(0, after).findLastIndex((line) => line.trim() !== '');
    this.#end = this.#lines[closed]?.trimEnd() === '...' ? closed : after;
  }

  run(root: YAMLMap): readonly string[] {
    const sections = root.items;
    const regions = this.#regions(sections, this.#end);
    this.#waiting.push(...this.#commentsIn(this.#lineOf(this.#source.start), regions[0]?.first ?? 0));
    for (const [index, { key, value }] of sections.entries()) {
      const region = regions[index];
      if (region === undefined) continue;
      const section = isScalar(key) ? String(key.value) : '';
      const word = flatWord(section);
      const is_empty = !isNode(value) || (isScalar(value) && value.value === null);
      if (is_empty && word !== undefined) this.#waiting.push(...this.#commentsIn(region.first, region.end));
      else if (word === undefined || !isMap(value)) this.#add(this.#lines.slice(region.first, region.end));
      else if (value.flow === true || value.items.length === 0) this.#addRebuilt(section, value, region);
      else this.#addEntities(section, value, region);
    }
    if (this.#waiting.length > 0) this.#add([]);
    return this.#documents;
  }

  #addEntities(section: string, entities: YAMLMap, { first, end }: Region): void {
    const regions = this.#regions(entities.items, end);
    this.#waiting.push(...this.#commentsIn(first, regions[0]?.first ?? end));
    for (const [index, pair] of entities.items.entries()) {
      const region = regions[index];
      if (region === undefined) continue;
      const flat = this.#flatLines(section, pair, region);
      if (flat !== undefined) {
        const leading = this.#lines.slice(region.first, region.key_line).map((line) => line.trimStart());
        this.#add([...leading, ...flat]);
      } else this.#addRebuiltEntity(section, pair, region);
    }
  }

  /** The entity's own lines, or undefined when they cannot be kept. */
  #flatLines(section: string, { key, value }: Pair, { key_line, end }: Region): readonly string[] | undefined {
    if (!isScalar(key) || !isNode(value) || needsRebuilding(value) || value.tag !== undefined) return undefined;
    const line = this.#lines[key_line] ?? '';
    const written = this.#slice(key).trim();
    const name = typeof key.value === 'string' ? written : JSON.stringify(written);
    const after = line.slice(line.indexOf(written) + written.length);
    const [, rest] = /^\s*:((?:\s|$).*)$/s.exec(after) ?? [];
    if (rest === undefined || key.anchor !== undefined || key.tag !== undefined) return undefined;
    const head = [`kind: ${flatWord(section) ?? ''}`];
    const body = this.#lines.slice(key_line + 1, end);
    if (isSeq(value)) {
      const column = value.flow === true ? (this.#columnOf(key) ?? 0) : (this.#columnOf(value) ?? 0) - 2;
      return [...head, `name: ${name}`, `tools:${withoutAnchor(rest)}`, ...body.map((one) => shift(one, column))];
    }
    if (!isMap(value) || value.flow === true || value.items.length === 0) return undefined;
    if (!/^\s*(?:#.*)?$/.test(withoutAnchor(rest))) return undefined;
    return this.#mapLines([...head, `name: ${name}${withoutAnchor(rest).trimEnd()}`], value, {
      key_line,
      end,
    });
  }

  #mapLines(
    head: readonly string[],
    map: YAMLMap,
    { key_line, end }: Omit<Region, 'first'>,
  ): readonly string[] | undefined {
    const keys = map.items.map(({ key }) => key);
    const names = keys.map((key) => (isScalar(key) ? key.value : undefined));
    const types = keys.filter((_key, index) => names[index] === 'kind' || names[index] === 'type');
    if (names.includes(undefined) || names.includes('name') || types.length > 1) return undefined;
    const column = this.#columnOf(keys[0]) ?? 0;
    const [type] = types;
    const type_line = names.includes('kind') && isNode(type) ? this.#lineOf(type.range?.[0] ?? 0) : -1;
    const body = this.#lines.slice(key_line + 1, end).map((line, index) => {
      const own = index + key_line + 1 === type_line ? line.replace(/^(\s*)(["']?)kind\2/, '$1type') : line;
      return shift(own, column);
    });
    return [...head, ...body];
  }

  /** A section in brackets: its comments stand before its first entity. */
  #addRebuilt(section: string, entities: YAMLMap, { first, end }: Region): void {
    const texts = entities.items.map((pair) => this.#rebuilt(section, pair));
    if (texts.includes(undefined)) return this.#add(this.#lines.slice(first, end));
    this.#waiting.push(...this.#commentsIn(first, end));
    for (const text of texts) this.#add([text ?? '']);
  }

  /** Its comments stand before it. What cannot be flat stays as it is. */
  #addRebuiltEntity(section: string, pair: Pair, { first, end }: Region): void {
    const text = this.#rebuilt(section, pair);
    if (text === undefined) this.#add([`${section}:`, ...this.#lines.slice(first, end)]);
    else this.#add([...this.#commentsIn(first, end), text]);
  }

  #rebuilt(section: string, { key, value }: Pair): string | undefined {
    const word = flatWord(section) ?? '';
    const { document } = this.#source;
    return isNode(key) && isNode(value) ? rebuildEntity({ word, key, value, document })?.trimEnd() : undefined;
  }

  #add(lines: readonly string[]): void {
    const text = [...this.#waiting, ...lines].join('\n');
    this.#waiting = [];
    // Empty lines at the end belong to a text that keeps them (`|+`).
    const is_kept = /[|>]\d?\+/.test(text);
    this.#documents.push(is_kept ? `${text}\n` : `${text.trimEnd()}\n`);
  }

  /** From the comments above a key to those above the next one. */
  #regions(pairs: readonly Pair[], end: number): readonly Region[] {
    const starts = pairs.map(({ key }) => {
      const key_line = this.#lineOf(isNode(key) ? (key.range?.[0] ?? 0) : 0);
      return { first: this.#topOf(key_line, this.#columnOf(key) ?? 0), key_line };
    });
    return starts.map((start, index) => ({ ...start, end: starts[index + 1]?.first ?? end }));
  }

  /** The first of the comments above a line that belong to it: those that are not indented deeper. */
  #topOf(line: number, column: number): number {
    const lowest = this.#lineOf(this.#source.start);
    let top = line;
    for (let above = line - 1; above >= lowest; above -= 1) {
      const text = this.#lines[above] ?? '';
      if (text.trim() === '') continue;
      if (!text.trimStart().startsWith('#') || text.length - text.trimStart().length > column) break;
      top = above;
    }
    return top;
  }

  #commentsIn(first: number, end: number): readonly string[] {
    return this.#source.comments.flatMap(({ offset, source }) => {
      const line = this.#lineOf(offset);
      return line >= first && line < end ? [source] : [];
    });
  }

  #slice(node: Node): string {
    return this.#source.text.slice(node.range?.[0] ?? 0, node.range?.[1] ?? 0);
  }

  #lineOf(offset: number): number {
    return this.#source.counter.linePos(offset).line - 1;
  }

  #columnOf(node: unknown): number | undefined {
    const offset = isNode(node) ? node.range?.[0] : undefined;
    return offset === undefined ? undefined : this.#source.counter.linePos(offset).col - 1;
  }
}

/** Moves a line to the left, as far as it is indented; to the right when the columns are less than none. */
function shift(line: string, columns: number): string {
  if (columns < 0) return line.trim() === '' ? line : ' '.repeat(-columns) + line;
  const indentation = line.length - line.trimStart().length;
  return line.slice(Math.min(indentation, columns));
}

/** What follows a colon, without the anchor that nothing refers to any more. */
function withoutAnchor(rest: string): string {
  return rest.replace(/^(\s*)&\S+/, '$1').replace(/^\s+$/, '');
}
