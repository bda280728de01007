// Regular expressions of tool files: RE2 syntax, linear time, bounded in size and in the work that one call may cause.
import { RE2JS, RE2JSException } from 're2js';
import { limits } from '../base/limits.ts';
import { shownSource } from './describe-value.ts';

export interface Pattern {
  /** As it is written. */
  readonly source: string;
  /** Instructions: what a character of a text costs at most. */
  readonly size: number;
  /** Whether it is found anywhere in the text. */
  readonly isIn: (text: string) => boolean;
  /** Whether it is the whole text. */
  readonly isWhole: (text: string) => boolean;
}

/** What is wrong with an expression, in the words of a fault. */
export interface PatternProblem {
  readonly problem: string;
  readonly hint?: string;
}

/** The compiled expression, or why there is none. */
export function compilePattern(source: string): Pattern | PatternProblem {
  if (source.length > limits.pattern_characters) {
    return { problem: `the regular expression has more than ${limits.pattern_characters} characters` };
  }
  const compiled = compile(source);
  if ('problem' in compiled) return compiled;
  const size = compiled.programSize();
  if (size > limits.pattern_instructions) {
    return {
      problem: 'the regular expression is too large',
      hint: 'Repeat less: {1,1000} counts a thousand times. For the length of a text there is maxLength.',
    };
  }
  return { source, size, isIn: (text) => compiled.test(text), isWhole: (text) => compiled.testExact(text) };
}

function compile(source: string): RE2JS | PatternProblem {
  try {
    return RE2JS.compile(source);
  } catch (thrown) {
    if (!(thrown instanceof RE2JSException)) throw thrown;
    // `error parsing regexp: missing closing ): …`, of which the expression itself is left out.
    const reason = /^error parsing regexp: ([^:`]*)/.exec(thrown.message)?.[1]?.trim() ?? 'it cannot be read';
    const part = /: `(.*)`$/s.exec(thrown.message)?.[1];
    const where = part === undefined || part === source ? '' : ` at ${shownSource(part)}`;
    return {
      problem: `the regular expression is not valid: ${reason}${where}`,
      hint: 'The syntax is RE2: no look-ahead, no look-behind, no back-references.',
    };
  }
}

/** The expression, which must have been found valid before. */
export function validPattern(source: string): Pattern {
  const pattern = compilePattern(source);
  if ('problem' in pattern) throw new TypeError(`A parameter has an invalid pattern: ${pattern.problem}`);
  return pattern;
}

/** The longest text, in characters, on which expressions of this size together stay within the bound of one call. */
export function longestText(size: number): number {
  return Math.floor(limits.pattern_steps / size);
}

/** Characters of a text as JSON Schema counts them: code points. */
export function countCharacters(text: string): number {
  let pairs = 0;
  for (let index = 0; index < text.length; index += 1) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xdc00) pairs += 1;
  }
  return text.length - pairs;
}
