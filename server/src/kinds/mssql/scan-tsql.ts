// Splits a text in Transact-SQL into words, placeholders and signs. Stricter than the shared scanner, because in T-SQL a
// statement may begin anywhere, without a semicolon: what two readers could read differently is an `unclear` token.

export interface TsqlToken {
  readonly kind: 'word' | 'quoted' | 'literal' | 'placeholder' | 'semicolon' | 'open' | 'close' | 'unclear' | 'other';
  /** As written; words in upper case. */
  readonly text: string;
  /** How many brackets are open around it. */
  readonly depth: number;
}

const space = /\s+/y;
// Servers and readers may differ on which other characters end a line: a comment that holds one is unclear.
const lineComment = /--[^\n]*/y;
const unclearComment = /[\v\f\u0085\u2028\u2029]|\r(?!$)/;
const quoted = /'(?:[^']|'')*(?:'|$)/y;
const identifier = /"(?:[^"]|"")*(?:"|$)|\[(?:[^\]]|\]\])*(?:\]|$)/y;
const variable = /@@?[\w@#$\u0080-\uffff]*/y;
const word = /[A-Za-z_#\u0080-\uffff][\w@#$\u0080-\uffff]*/y;
const number = /0[xX][0-9A-Fa-f]*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d*)?/y;
const beginsWord = /[\w@#$\u0080-\uffff]/;

/** The tokens of a text, without spaces and comments. */
export function scanTsql(text: string): readonly TsqlToken[] {
  const tokens: TsqlToken[] = [];
  let at = 0;
  let depth = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const push = (kind: TsqlToken['kind'], written: string): void => void tokens.push({ kind, text: written, depth });

  while (at < text.length) {
    if (take(space) !== undefined) continue;
    const comment = take(lineComment);
    if (comment !== undefined) {
      if (unclearComment.test(comment)) push('unclear', '--');
    } else if (text.startsWith('/*', at)) {
      at = endOfComment(text, at);
    } else takeToken();
  }
  return tokens;

  function takeToken(): void {
    const literal = take(quoted);
    if (literal !== undefined) return push('literal', literal);
    const name = take(identifier);
    if (name !== undefined) return push('quoted', name);
    const parameter = take(variable);
    if (parameter !== undefined) return push(parameter.startsWith('@@') ? 'other' : 'placeholder', parameter);
    const named = take(word);
    if (named !== undefined) return push('word', named.toUpperCase());
    const counted = take(number);
    // `SELECT 1DELETE FROM t` are two statements.
    if (counted !== undefined) return push(beginsWord.test(text.charAt(at)) ? 'unclear' : 'literal', counted);
    const sign = text.charAt(at);
    at += 1;
    if (sign === '(') {
      push('open', sign);
      depth += 1;
    } else if (sign === ')') {
      depth = Math.max(0, depth - 1);
      push('close', sign);
    } else push(sign === ';' ? 'semicolon' : 'other', sign);
  }
}

/** Comments nest. */
function endOfComment(text: string, start: number): number {
  let at = start;
  let depth = 0;
  do {
    if (text.startsWith('/*', at)) [depth, at] = [depth + 1, at + 2];
    else if (text.startsWith('*/', at)) [depth, at] = [depth - 1, at + 2];
    else at += 1;
  } while (depth > 0 && at < text.length);
  return at;
}
