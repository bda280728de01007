// How tools write placeholders for SQL Server: `@name` by the parameter's name, `@p1` by its position.
import type { Parameter } from '../../catalog/parameters.ts';
import type { SqlDialect, SqlSyntax } from '../../catalog/source.ts';
import { checkPlaceholders } from '../sql/check-placeholders.ts';
import type { PlaceholderTarget } from '../sql/check-placeholders.ts';
import { orderedValues } from '../sql/ordered-values.ts';
import { quoteBy } from '../sql/quote-by.ts';
import { scanTsql } from './scan-tsql.ts';
import type { TsqlToken } from './scan-tsql.ts';
import { checkOne, firstWord } from './statement-shape.ts';

const mssqlSyntax: SqlSyntax = {
  nested_comments: true,
  dollar_quotes: false,
  backquotes: true,
  placeholder: /@[A-Za-z_#\u0080-\uffff][\w@#$\u0080-\uffff]*/y,
};

export const mssqlDialect: SqlDialect = {
  syntax: mssqlSyntax,
  quote: (text, style) =>
    style === 'square-brackets'
      ? `[${text.replaceAll(']', ']]')}]`
      : quoteBy(text, style, { 'single-quotes': "'", 'double-quotes': '"' }),
  check: (statement, parameters) => {
    const tokens = scanTsql(statement);
    const targets = placeholderTargets(tokens, parameters).map(({ target }) => target);
    return [...checkOne(tokens), ...checkPlaceholders(targets, parameters, write)];
  },
  order: orderedValues,
};

/** Every placeholder of a statement with the parameter that it stands for. */
export function placeholderTargets(
  tokens: readonly TsqlToken[],
  parameters: readonly Parameter[],
): readonly { readonly name: string; readonly target: PlaceholderTarget }[] {
  const calls = ['EXEC', 'EXECUTE'].includes(firstWord(tokens));
  return tokens.flatMap((token, index) => {
    // In `EXEC p @a = @b` the first is the procedure's own name for its parameter.
    if (token.kind !== 'placeholder' || (calls && tokens[index + 1]?.text === '=')) return [];
    const name = token.text.slice(1);
    return [{ name, target: targetOf(name, parameters) }];
  });
}

function targetOf(name: string, parameters: readonly Parameter[]): PlaceholderTarget {
  const named = parameters.findIndex((parameter) => parameter.name === name);
  const index = named >= 0 ? named : Number(/^p([1-9]\d*)$/.exec(name)?.[1]) - 1;
  return index >= 0 && index < parameters.length ? { index } : { unknown: `@${name}` };
}

function write(parameter: Parameter, index: number): string {
  return /^[A-Za-z_]\w*$/.test(parameter.name) ? `@${parameter.name}` : `@p${index + 1}`;
}
