// How MySQL writes placeholders and quotes: `?` in the order of the parameters. It holds for sessions without the modes
// ANSI_QUOTES and NO_BACKSLASH_ESCAPES; connect.ts sees to that.
import type { EscapeStyle, Parameter } from '../../catalog/parameters.ts';
import type { SqlDialect, SqlSyntax } from '../../catalog/source.ts';
import type { Fault } from '../../base/errors.ts';
import { checkPlaceholders, checkSingle } from '../sql/check-placeholders.ts';
import { orderedValues } from '../sql/ordered-values.ts';
import { quoteBy } from '../sql/quote-by.ts';
import { scanSql } from '../sql/scan-sql.ts';
import type { SqlToken } from '../sql/scan-sql.ts';

export const mysqlSyntax: SqlSyntax = {
  nested_comments: false,
  dollar_quotes: false,
  backquotes: true,
  backslash_escapes: true,
  hash_comments: true,
  executable_comments: true,
  // The server takes `?name` for no placeholder.
  placeholder: /\?(?![\w$\u0080-\uffff])/y,
};

export const mysqlDialect: SqlDialect = {
  syntax: mysqlSyntax,
  quote,
  check: (statement, parameters) => {
    const tokens = scanSql(statement, mysqlSyntax);
    return [...checkSingle(tokens), ...checkComments(tokens), ...checkCount(tokens, parameters)];
  },
  order: orderedValues,
};

/** Single and double quotes both make a text, in which a backslash escapes; backquotes make an identifier. */
function quote(text: string, style: EscapeStyle): string | undefined {
  // NUL ends an identifier in some servers and is allowed in none.
  if (style === 'backticks') return text.includes('\0') ? undefined : quoteBy(text, style, { backticks: '`' });
  return quoteBy(text.replaceAll('\\', '\\\\'), style, { 'single-quotes': "'", 'double-quotes': '"' });
}

/** What a server makes of such a comment depends on its version: nobody can say what the tool runs. */
function checkComments(tokens: readonly SqlToken[]): readonly Fault[] {
  if (!tokens.some(({ kind }) => kind === 'executable')) return [];
  return [
    {
      path: 'statement',
      message: 'The statement has a comment that is executed (/*! … */)',
      hint: 'Write the code without the comment around it, or remove it.',
    },
  ];
}

/** `?` have no names: the first stands for the first parameter, and there must be one for each. */
function checkCount(tokens: readonly SqlToken[], parameters: readonly Parameter[]): readonly Fault[] {
  const targets = tokens
    .filter(({ kind }) => kind === 'placeholder')
    .map(({ text }, index) => (index < parameters.length ? { index } : { unknown: text }));
  return checkPlaceholders(targets, parameters, (_, index) => `the ${ordinal(index + 1)} ?`);
}

function ordinal(number: number): string {
  const last = number % 100 > 10 && number % 100 < 14 ? 0 : number % 10;
  return `${number}${last === 1 ? 'st' : last === 2 ? 'nd' : last === 3 ? 'rd' : 'th'}`;
}
