// Reads a regular expression of ECMAScript into a tree. Whether it is one at all, and which characters a class or an escape
// stands for, is said by the platform, which compiles it and never runs it.
import { limits } from '../../base/limits.ts';

export type PatternNode =
  | Atom
  | Repeat
  | { readonly kind: 'sequence' | 'choice'; readonly nodes: readonly PatternNode[] }
  | { readonly kind: 'group'; readonly number: number; readonly node: PatternNode }
  | { readonly kind: 'back'; readonly number: number }
  | { readonly kind: 'look'; readonly is_ahead: boolean; readonly is_negated: boolean; readonly node: PatternNode }
  | { readonly kind: 'assertion'; readonly assertion: Assertion };

/** One character. */
export interface Atom {
  readonly kind: 'atom';
  readonly accepts: (code: number) => boolean;
}

export interface Repeat {
  readonly kind: 'repeat';
  readonly node: PatternNode;
  readonly min: number;
  readonly max: number;
  readonly is_greedy: boolean;
}

export type Assertion = 'start' | 'end' | 'word_edge' | 'no_word_edge';

export interface ParsedPattern {
  readonly root: PatternNode;
  /** Capturing groups. */
  readonly groups: number;
  /** Only ever found at the start of a text. */
  readonly is_anchored: boolean;
}

export type ParseResult = ParsedPattern | { readonly problem: string };

interface Parsing {
  readonly source: string;
  /** With `u` where the expression can be read so, as the standard asks; else as it was in older times. */
  readonly flags: 'u' | '';
  readonly group_count: number;
  readonly names: readonly (string | undefined)[];
  at: number;
  groups: number;
  depth: number;
  problem: string | undefined;
}

export function parsePattern(source: string): ParseResult {
  if (source.length > limits.pattern_characters) {
    return { problem: `the regular expression has more than ${limits.pattern_characters} characters` };
  }
  const flags = isRegExp(source, 'u') ? 'u' : isRegExp(source, '') ? '' : undefined;
  if (flags === undefined) return { problem: 'the regular expression is not valid in ECMAScript' };
  const names = groupNames(source);
  const parsing: Parsing = {
    ...{ source, flags, names, group_count: names.length },
    ...{ at: 0, groups: 0, depth: 0, problem: undefined },
  };
  const root = parseChoice(parsing);
  if (parsing.problem !== undefined) return { problem: parsing.problem };
  return { root, groups: parsing.groups, is_anchored: isAnchored(root) };
}

function isRegExp(source: string, flags: string): boolean {
  try {
    return new RegExp(source, flags) instanceof RegExp;
  } catch {
    return false;
  }
}

/** One entry for each capturing group, in order. */
function groupNames(source: string): readonly (string | undefined)[] {
  const parts = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?<([^>=!]+)>|(?!\?))/gsu;
  return [...source.matchAll(parts)].filter(([part]) => part.startsWith('(')).map(([, name]) => name);
}

function isAnchored(node: PatternNode): boolean {
  if (node.kind === 'assertion') return node.assertion === 'start';
  if (node.kind === 'sequence') return node.nodes[0] !== undefined && isAnchored(node.nodes[0]);
  if (node.kind === 'choice') return node.nodes.every((inner) => isAnchored(inner));
  return node.kind === 'group' && isAnchored(node.node);
}

function parseChoice(parsing: Parsing): PatternNode {
  const branches: PatternNode[] = [];
  parsing.depth += 1;
  if (parsing.depth > limits.schema_depth) parsing.problem = 'the regular expression is nested too deep';
  do {
    const nodes: PatternNode[] = [];
    while (!isAtEnd(parsing)) nodes.push(parseTerm(parsing));
    const [only] = nodes;
    branches.push(nodes.length === 1 && only !== undefined ? only : { kind: 'sequence', nodes });
  } while (parsing.problem === undefined && takes(parsing, '|'));
  parsing.depth -= 1;
  const [only] = branches;
  return branches.length === 1 && only !== undefined ? only : { kind: 'choice', nodes: branches };
}

function isAtEnd({ source, at, problem }: Parsing): boolean {
  return problem !== undefined || at >= source.length || source[at] === '|' || source[at] === ')';
}

function takes(parsing: Parsing, text: string): boolean {
  if (!parsing.source.startsWith(text, parsing.at)) return false;
  parsing.at += text.length;
  return true;
}

function takePattern(parsing: Parsing, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = parsing.at;
  const found = pattern.exec(parsing.source) ?? undefined;
  if (found !== undefined) parsing.at += found[0].length;
  return found;
}

function parseTerm(parsing: Parsing): PatternNode {
  if (takes(parsing, '^')) return { kind: 'assertion', assertion: 'start' };
  if (takes(parsing, '$')) return { kind: 'assertion', assertion: 'end' };
  if (takes(parsing, String.raw`\b`)) return { kind: 'assertion', assertion: 'word_edge' };
  if (takes(parsing, String.raw`\B`)) return { kind: 'assertion', assertion: 'no_word_edge' };
  return parseQuantifier(parsing, takes(parsing, '(') ? parseGroup(parsing) : parseAtom(parsing));
}

function parseQuantifier(parsing: Parsing, node: PatternNode): PatternNode {
  const found = takePattern(parsing, /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})(\??)/y);
  if (found === undefined) return node;
  const [, sign, least, comma, most, lazy] = found;
  const min = sign === undefined ? Number(least) : sign === '+' ? 1 : 0;
  const open = sign === undefined ? comma !== undefined && most === '' : sign !== '?';
  const closed = sign === '?' ? 1 : Number(most ?? least);
  return { kind: 'repeat', node, min, max: open ? Infinity : closed, is_greedy: lazy === '' };
}

function parseGroup(parsing: Parsing): PatternNode {
  const [opening = ''] = takePattern(parsing, /\?(?::|<?[=!])|\?<[^>]*>|/y) ?? [];
  const is_special = parsing.source[parsing.at] === '?' && opening === '';
  if (is_special) parsing.problem = 'the regular expression has a group of a kind that is not taken';
  const is_capturing = opening === '' || (opening.startsWith('?<') && opening.endsWith('>'));
  if (is_capturing) parsing.groups += 1;
  const number = parsing.groups;
  const node = parseChoice(parsing);
  parsing.at += 1;
  if (is_capturing) return { kind: 'group', number, node };
  if (opening === '?:') return node;
  return { kind: 'look', is_ahead: !opening.includes('<'), is_negated: opening.endsWith('!'), node };
}

const escapes =
  /\\(?:u\{[0-9A-Fa-f]+\}|u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|c[A-Za-z]|[pP]\{[^}]*\}|k<([^>]*)>|([1-9]\d*)|[^])/uy;

function parseAtom(parsing: Parsing): PatternNode {
  const { source, at, flags, names } = parsing;
  if (source[at] === '\\') {
    const [text = '', name, number] = takePattern(parsing, escapes) ?? [];
    if (name !== undefined && names.includes(name)) return { kind: 'back', number: names.indexOf(name) + 1 };
    if (number !== undefined && Number(number) <= parsing.group_count) return { kind: 'back', number: Number(number) };
    return nativeAtom(text, flags);
  }
  if (source[at] === '[') {
    const [text = ''] = takePattern(parsing, /\[(?:\\[^]|[^\]\\])*\]/uy) ?? [];
    return nativeAtom(text, flags);
  }
  const code = source.codePointAt(at) ?? 0;
  parsing.at += code > 0xffff ? 2 : 1;
  return source[at] === '.' ? nativeAtom('.', 'u') : { kind: 'atom', accepts: (given) => given === code };
}

/** What the platform says of one character has no way to take long. */
function nativeAtom(source: string, flags: 'u' | ''): Atom {
  const expression = new RegExp(`^(?:${source})$`, isRegExp(source, 'u') ? 'u' : flags);
  const ascii = Array.from({ length: 128 }, (_, code) => expression.test(String.fromCharCode(code)));
  return { kind: 'atom', accepts: (code) => ascii[code] ?? expression.test(String.fromCodePoint(code)) };
}
