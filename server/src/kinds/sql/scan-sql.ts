// Splits a SQL text into what the kinds need to know of it: words, placeholders and semicolons, never fooled by quotes,
// comments or dollar-quoting. It is no parser: the database decides what a statement means.
import type { SqlSyntax } from '../../catalog/source.ts';

export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'placeholder' | 'semicolon' | 'open' | 'executable' | 'other';
  /** As written; a quoted identifier without its quotes. */
  readonly text: string;
}

/** A token of any sort with its place: a hole of a template may stand in some of them and not in others. */
export interface LocatedToken {
  readonly kind: SqlToken['kind'] | 'text' | 'number' | 'comment';
  /** As written; a quoted identifier without its quotes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** No other character is a space to a database: beyond ASCII all are parts of words. */
const space = /[ \t\n\v\f\r]+/y;
const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const number = /\d[\w.]*(?:(?<=[\d.][eE])[+-]\d+)?/y;
const lineComment = /--[^\n\r]*/y;
const spacedLineComment = /--(?=[\0- \x7f]|$)[^\n]*/y;
const hashComment = /#[^\n]*/y;
const executableComment = /\/\*M?!/y;
const plainComment = /\/\*[\s\S]*?(?:\*\/|$)/y;
const singleQuoted = /'(?:[^']|'')*(?:'|$)/y;
const singleEscaped = /'(?:[^'\\]|''|\\[\s\S]?)*(?:'|$)/y;
const doubleEscaped = /"((?:[^"\\]|""|\\[\s\S]?)*)(?:"|$)/y;
const escapeQuoted = /[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|$)/y;
const doubleQuoted = /"((?:[^"]|"")*)(?:"|$)/y;
const backQuoted = /`((?:[^`]|``)*)(?:`|$)/y;
const googleText =
  /(?:[rR][bB]?|[bB][rR]?)?(?:'''(?:[^\\]|\\[\s\S]?)*?(?:'''|$)|"""(?:[^\\]|\\[\s\S]?)*?(?:"""|$)|'(?:[^'\\]|\\[\s\S]?)*(?:'|$)|"(?:[^"\\]|\\[\s\S]?)*(?:"|$))/y;
const googleName = /`((?:[^`\\]|\\[\s\S]?)*)(?:`|$)/y;
const bracketed = /\[([^\]]*)(?:\]|$)/y;
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;

/** The tokens of a statement, without spaces, comments and literals. */
export function scanSql(text: string, syntax: SqlSyntax): readonly SqlToken[] {
  return locateSql(text, syntax).flatMap(({ kind, text: written }) =>
    kind === 'text' || kind === 'number' || kind === 'comment' ? [] : [{ kind, text: written }],
  );
}

/** Every token of a statement with its place: also its literals and comments. */
export function locateSql(text: string, syntax: SqlSyntax): readonly LocatedToken[] {
  const tokens: LocatedToken[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return undefined;
    at = pattern.lastIndex;
    return found[1] ?? found[0];
  };
  const single = syntax.backslash_escapes === true ? singleEscaped : singleQuoted;
  const double = syntax.backslash_escapes === true ? doubleEscaped : doubleQuoted;
  while (at < text.length) {
    if (take(space) !== undefined) continue;
    const start = at;
    let name: string | undefined;
    const kind = takeHidden() ?? ((name = takeQuotedName()) === undefined ? takeVisible() : 'quoted');
    tokens.push({ kind, text: name ?? text.slice(start, at), start, end: at });
  }
  return tokens;

  function takeVisible(): LocatedToken['kind'] {
    if (take(word) !== undefined) return 'word';
    if (take(number) !== undefined) return 'number';
    if (syntax.dollar_quotes && takeDollarQuoted()) return 'text';
    if (take(syntax.placeholder) !== undefined) return 'placeholder';
    const sign = text.charAt(at);
    at += sign === ':' && text.charAt(at + 1) === ':' ? 2 : 1;
    return sign === ';' ? 'semicolon' : sign === '(' ? 'open' : 'other';
  }

  /** What scanSql leaves out, and comments that are code. */
  function takeHidden(): LocatedToken['kind'] | undefined {
    if (takeLineComment()) return 'comment';
    if (syntax.executable_comments === true && take(executableComment) !== undefined) return 'executable';
    if (takeComment()) return 'comment';
    return takeText() ? 'text' : undefined;
  }

  function takeText(): boolean {
    if (syntax.google_literals === true) return take(googleText) !== undefined;
    return (syntax.dollar_quotes && take(escapeQuoted) !== undefined) || take(single) !== undefined;
  }

  function takeQuotedName(): string | undefined {
    if (syntax.google_literals === true) return take(googleName);
    return take(double) ?? (syntax.backquotes ? (take(backQuoted) ?? take(bracketed)) : undefined);
  }

  function takeLineComment(): boolean {
    if (syntax.hash_comments === true && take(hashComment) !== undefined) return true;
    return take(syntax.executable_comments === true ? spacedLineComment : lineComment) !== undefined;
  }

  function takeComment(): boolean {
    if (!text.startsWith('/*', at)) return false;
    if (!syntax.nested_comments) return take(plainComment) !== undefined;
    let depth = 0;
    do {
      if (text.startsWith('/*', at)) [depth, at] = [depth + 1, at + 2];
      else if (text.startsWith('*/', at)) [depth, at] = [depth - 1, at + 2];
      else at += 1;
    } while (depth > 0 && at < text.length);
    return true;
  }

  function takeDollarQuoted(): boolean {
    const tag = take(dollarTag);
    if (tag === undefined) return false;
    const end = text.indexOf(tag, at);
    at = end < 0 ? text.length : end + tag.length;
    return true;
  }
}

/** The command of a statement in lower case (`select`, `insert` …): its first word, opening brackets not counted. */
export function commandOf(tokens: readonly SqlToken[]): string {
  const first = tokens.find((token) => token.kind !== 'open');
  return first?.kind === 'word' ? first.text.toLowerCase() : '';
}
