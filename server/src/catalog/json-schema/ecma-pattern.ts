// Regular expressions of JSON Schema (ECMAScript), run by a matcher of our own that counts its steps: whoever wrote the
// expression may be an attacker, and the engine of the platform cannot be stopped. Only single characters are asked of it.
import { limits } from '../../base/limits.ts';
import { parsePattern } from './parse-pattern.ts';
import type { Atom, Assertion, PatternNode, Repeat } from './parse-pattern.ts';
import { TooComplex } from './run.ts';
import type { Run } from './run.ts';

export interface EcmaPattern {
  readonly source: string;
  /** Whether it is found anywhere in the text; throws `TooComplex` when the steps of the run are used up. */
  isIn(text: string, run: Run): boolean;
}

type Budget = Pick<Run, 'pattern_steps'>;

interface Match {
  readonly text: string;
  readonly run: Budget;
  /** Start and end by number of the group. */
  readonly groups: (readonly [number, number] | undefined)[];
  /** Repetitions within each other: each takes a part of the stack. */
  depth: number;
}

type Next = (at: number) => boolean;
/** Whether it matches at a place and what follows matches behind it. */
type Matcher = (at: number, match: Match, next: Next) => boolean;

/** The compiled expression, or what is wrong with it. */
export function compileEcmaPattern(source: string): EcmaPattern | { readonly problem: string } {
  const parsed = parsePattern(source);
  if ('problem' in parsed) return parsed;
  const matcher = compile(parsed.root);
  const is_anchored = parsed.is_anchored;
  return {
    source,
    isIn: (text, run) => {
      const match: Match = { text, run, groups: [], depth: 0 };
      const last = is_anchored ? 0 : text.length;
      for (let start = 0; start <= last; start += widthAt(text, start)) {
        step(run);
        if (matcher(start, match, () => true)) return true;
      }
      return false;
    },
  };
}

function step(run: Budget): void {
  run.pattern_steps -= 1;
  if (run.pattern_steps < 0) throw new TooComplex();
}

/** Units of the character at a place; a place behind the end counts as one. */
function widthAt(text: string, at: number): 1 | 2 {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function compile(node: PatternNode): Matcher {
  switch (node.kind) {
    case 'atom':
      return atomMatcher(node);
    case 'sequence':
      return sequence(node.nodes.map((inner) => compile(inner)));
    case 'choice': {
      const branches = node.nodes.map((inner) => compile(inner));
      return (at, match, next) => branches.some((branch) => branch(at, match, next));
    }
    case 'repeat':
      return node.node.kind === 'atom' ? repeatAtom(node, node.node) : repeat(node, compile(node.node));
    case 'group':
      return group(node.number, compile(node.node));
    case 'back':
      return (at, match, next) => {
        step(match.run);
        const [start, end] = match.groups[node.number] ?? [0, 0];
        const part = match.text.slice(start, end);
        match.run.pattern_steps -= part.length;
        return match.text.startsWith(part, at) && next(at + part.length);
      };
    case 'look':
      return look(node.is_ahead, node.is_negated, compile(node.node));
    case 'assertion':
      return (at, match, next) => holds(node.assertion, match.text, at) && next(at);
  }
}

function atomMatcher({ accepts }: Atom): Matcher {
  return (at, match, next) => {
    step(match.run);
    const code = match.text.codePointAt(at);
    return code !== undefined && accepts(code) && next(at + (code > 0xffff ? 2 : 1));
  };
}

function sequence(matchers: readonly Matcher[]): Matcher {
  return matchers.reduceRight<Matcher>(
    (rest, first) => (at, match, next) => first(at, match, (then) => rest(then, match, next)),
    (at, _match, next) => next(at),
  );
}

/** Of one character: without a frame of the stack for each. */
function repeatAtom({ min, max, is_greedy }: Repeat, { accepts }: Atom): Matcher {
  const forward = (text: string, at: number): number => {
    const code = text.codePointAt(at);
    if (code === undefined || !accepts(code)) return at;
    return at + (code > 0xffff ? 2 : 1);
  };
  return (start, match, next) => {
    const { text, run } = match;
    let at = start;
    let count = 0;
    for (const enough = is_greedy ? max : min; count < enough; count += 1) {
      step(run);
      const then = forward(text, at);
      if (then === at) break;
      at = then;
    }
    if (count < min) return false;
    for (;;) {
      step(run);
      if (next(at)) return true;
      if (is_greedy) {
        if (count === min) return false;
        at -= at >= 2 && widthAt(text, at - 2) === 2 ? 2 : 1;
        count -= 1;
      } else {
        const then = count === max ? at : forward(text, at);
        if (then === at) return false;
        at = then;
        count += 1;
      }
    }
  };
}

function repeat({ min, max, is_greedy }: Repeat, inner: Matcher): Matcher {
  const from = (count: number, at: number, match: Match, next: Next): boolean => {
    step(match.run);
    const again = (): boolean => {
      if (count === max) return false;
      if (match.depth >= limits.pattern_depth) throw new TooComplex();
      match.depth += 1;
      // What is empty would be repeated for ever.
      const found = inner(at, match, (then) =>
        then === at && count >= min ? false : from(count + 1, then, match, next),
      );
      match.depth -= 1;
      return found;
    };
    if (count < min) return again();
    return is_greedy ? again() || next(at) : next(at) || again();
  };
  return (at, match, next) => from(0, at, match, next);
}

function group(number: number, inner: Matcher): Matcher {
  return (at, match, next) =>
    inner(at, match, (then) => {
      const before = match.groups[number];
      match.groups[number] = [at, then];
      if (next(then)) return true;
      match.groups[number] = before;
      return false;
    });
}

function look(is_ahead: boolean, is_negated: boolean, inner: Matcher): Matcher {
  const behind = (at: number, match: Match): boolean => {
    for (let start = at; start >= 0; start -= 1) {
      step(match.run);
      if (inner(start, match, (then) => then === at)) return true;
    }
    return false;
  };
  return (at, match, next) => {
    step(match.run);
    const found = is_ahead ? inner(at, match, () => true) : behind(at, match);
    return found !== is_negated && next(at);
  };
}

function holds(assertion: Assertion, text: string, at: number): boolean {
  switch (assertion) {
    case 'start':
      return at === 0;
    case 'end':
      return at === text.length;
    case 'word_edge':
      return isWord(text, at - 1) !== isWord(text, at);
    case 'no_word_edge':
      return isWord(text, at - 1) === isWord(text, at);
  }
}

function isWord(text: string, at: number): boolean {
  return /^\w$/.test(text.charAt(at));
}
