// Splits a Cypher text into what the kinds need to know of it: words, parameters and signs, never fooled by quotes,
// backticks or comments. It is no parser: the database decides what a statement means.

export interface CypherToken {
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'placeholder' | 'sign';
  /** As written; a quoted identifier and the name of a placeholder without their quotes; nothing of a text. */
  readonly text: string;
}

const space = /\s+/y;
const lineComment = /\/\/[^\n\r]*/y;
const blockComment = /\/\*[\s\S]*?(?:\*\/|$)/y;
const singleQuoted = /'(?:[^'\\]|\\[\s\S])*(?:'|$)/y;
const doubleQuoted = /"(?:[^"\\]|\\[\s\S])*(?:"|$)/y;
const backquoted = /`((?:[^`]|``)*)(?:`|$)/y;
const word = /[\p{L}\p{Pc}][\p{L}\p{N}\p{M}\p{Pc}]*/uy;
/** Ends where the digits do: some parsers read `1CREATE` as two words. */
const number = /\d+(?:\.\d+)?/y;
const placeholder = /\$(\d+|[\p{L}\p{Pc}][\p{L}\p{N}\p{M}\p{Pc}]*)/uy;
const quotedPlaceholder = /\$`((?:[^`]|``)+)`/y;

/** The tokens of a statement, without spaces and comments. */
export function scanCypher(text: string): readonly CypherToken[] {
  const tokens: CypherToken[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return undefined;
    at = pattern.lastIndex;
    return found[1] ?? found[0];
  };
  while (at < text.length) {
    if ((take(space) ?? take(lineComment) ?? take(blockComment)) !== undefined) continue;
    if ((take(singleQuoted) ?? take(doubleQuoted)) !== undefined) {
      tokens.push({ kind: 'text', text: '' });
      continue;
    }
    tokens.push(
      token('quoted', take(backquoted)?.replaceAll('``', '`')) ??
        token('word', take(word)) ??
        token('number', take(number)) ??
        token('placeholder', take(placeholder) ?? take(quotedPlaceholder)?.replaceAll('``', '`')) ?? {
          kind: 'sign',
          text: text.charAt(at++),
        },
    );
  }
  return tokens;
}

function token(kind: CypherToken['kind'], text: string | undefined): CypherToken | undefined {
  return text === undefined ? undefined : { kind, text };
}
