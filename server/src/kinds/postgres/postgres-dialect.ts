// How PostgreSQL writes placeholders: `$1` is the first parameter.
import type { SqlDialect, SqlSyntax } from '../../catalog/source.ts';
import { checkPlaceholders, checkSingle } from '../sql/check-placeholders.ts';
import { orderedValues } from '../sql/ordered-values.ts';
import { quoteBy } from '../sql/quote-by.ts';
import { scanSql } from '../sql/scan-sql.ts';

export const postgresSyntax: SqlSyntax = {
  nested_comments: true,
  dollar_quotes: true,
  backquotes: false,
  placeholder: /\$\d+/y,
};

export const postgresDialect: SqlDialect = {
  syntax: postgresSyntax,
  quote: (text, style) => quoteBy(text, style, { 'single-quotes': "'", 'double-quotes': '"' }),
  check: (statement, parameters) => {
    const tokens = scanSql(statement, postgresSyntax);
    const targets = tokens
      .filter((token) => token.kind === 'placeholder')
      .map(({ text }) => {
        const index = Number(text.slice(1)) - 1;
        return index >= 0 && index < parameters.length ? { index } : { unknown: text };
      });
    return [...checkSingle(tokens), ...checkPlaceholders(targets, parameters, (_, index) => `$${index + 1}`)];
  },
  order: orderedValues,
};

/** Commands that run inside one transaction, where the read-only mode binds them, and leave nothing behind in the session. */
export const transactionalCommands: ReadonlySet<string> = new Set([
  'select',
  'with',
  'values',
  'table',
  'show',
  'explain',
  'insert',
  'update',
  'delete',
  'merge',
]);
