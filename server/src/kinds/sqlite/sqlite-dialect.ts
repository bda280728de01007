// How SQLite writes placeholders: `?` in order, `?1` and `$1` by number, `:name`, `$name` and `@name` by name.
import type { Parameter } from '../../catalog/parameters.ts';
import type { SqlDialect, SqlSyntax } from '../../catalog/source.ts';
import { checkPlaceholders, checkSingle } from '../sql/check-placeholders.ts';
import type { PlaceholderTarget } from '../sql/check-placeholders.ts';
import { orderedValues } from '../sql/ordered-values.ts';
import { quoteBy } from '../sql/quote-by.ts';
import { scanSql } from '../sql/scan-sql.ts';
import type { SqlToken } from '../sql/scan-sql.ts';

export const sqliteSyntax: SqlSyntax = {
  nested_comments: false,
  dollar_quotes: false,
  backquotes: true,
  placeholder: /\?\d*|[:@$][\w\u0080-\uffff]+/y,
};

const quotes = { 'single-quotes': "'", 'double-quotes': '"', backticks: '`' } as const;

export const sqliteDialect: SqlDialect = {
  syntax: sqliteSyntax,
  quote: (text, style) => {
    // Nothing can stand for the bracket that ends a name; between backquotes it is a name all the same.
    if (style === 'square-brackets') return text.includes(']') ? quoteBy(text, 'backticks', quotes) : `[${text}]`;
    return quoteBy(text, style, quotes);
  },
  check: (statement, parameters) => {
    const tokens = scanSql(statement, sqliteSyntax);
    const targets = placeholderTargets(tokens, parameters).map(({ target }) => target);
    const by_name = tokens.some(({ kind, text }) => kind === 'placeholder' && /^[:@$]\D/.test(text));
    const write = (parameter: Parameter, index: number): string => (by_name ? `:${parameter.name}` : `?${index + 1}`);
    return [...checkSingle(tokens), ...checkPlaceholders(targets, parameters, write)];
  },
  order: orderedValues,
};

/** Every placeholder of a statement with the parameter that it stands for. */
export function placeholderTargets(
  tokens: readonly SqlToken[],
  parameters: readonly Parameter[],
): readonly { readonly placeholder: string; readonly target: PlaceholderTarget }[] {
  let next = 0;
  return tokens
    .filter((token) => token.kind === 'placeholder')
    .map(({ text: placeholder }) => {
      const number = /^[?$](\d+)$/.exec(placeholder)?.[1];
      const position = placeholder === '?' ? next++ : Number(number) - 1;
      const index = placeholder === '?' || number !== undefined ? position : namedIndex(placeholder, parameters);
      const exists = index >= 0 && index < parameters.length;
      return { placeholder, target: exists ? { index } : { unknown: placeholder } };
    });
}

function namedIndex(placeholder: string, parameters: readonly Parameter[]): number {
  return parameters.findIndex((parameter) => parameter.name === placeholder.slice(1));
}
