// How tools write statements for Spanner, in its two dialects: `@name` in GoogleSQL, `$1` in PostgreSQL.
import type { Fault } from '../../base/errors.ts';
import type { EscapeStyle, Parameter } from '../../catalog/parameters.ts';
import type { SqlDialect, SqlSyntax } from '../../catalog/source.ts';
import { postgresDialect } from '../postgres/postgres-dialect.ts';
import { checkPlaceholders, checkSingle } from '../sql/check-placeholders.ts';
import type { PlaceholderTarget } from '../sql/check-placeholders.ts';
import { orderedValues } from '../sql/ordered-values.ts';
import { commandOf, scanSql } from '../sql/scan-sql.ts';
import type { SqlToken } from '../sql/scan-sql.ts';
import type { SpannerDialect } from './spanner-types.ts';

export const googlesqlSyntax: SqlSyntax = {
  nested_comments: false,
  dollar_quotes: false,
  backquotes: true,
  backslash_escapes: true,
  hash_comments: true,
  google_literals: true,
  // `@@name` is a variable of the system, `@{…}` a hint.
  placeholder: /(?<!@)@[A-Za-z_]\w*/y,
};

export const googlesqlDialect: SqlDialect = {
  syntax: googlesqlSyntax,
  quote: quoteGoogle,
  check: (statement, parameters) => {
    const tokens = scanSql(statement, googlesqlSyntax);
    const targets = placeholderUses(tokens, parameters, 'googlesql').map(({ target }) => target);
    const write = ({ name }: Parameter): string => `@${name}`;
    return [...checkSingle(tokens), ...checkPlaceholders(targets, parameters, write), ...checkNesting(parameters)];
  },
  order: orderedValues,
};

export const spannerPostgresDialect: SqlDialect = {
  ...postgresDialect,
  check: (statement, parameters) => [...postgresDialect.check(statement, parameters), ...checkNesting(parameters)],
};

export const spannerDialects: Readonly<Record<SpannerDialect, SqlDialect>> = {
  googlesql: googlesqlDialect,
  postgresql: spannerPostgresDialect,
};

/** The dialect in which a statement's placeholders are written; undefined when it has none. */
export function dialectOf(statement: string): SpannerDialect | undefined {
  const has = (syntax: SqlSyntax): boolean => scanSql(statement, syntax).some(({ kind }) => kind === 'placeholder');
  if (has(googlesqlSyntax)) return 'googlesql';
  return has(spannerPostgresDialect.syntax) ? 'postgresql' : undefined;
}

export interface PlaceholderUse {
  /** The name under which the value is sent: of `@name` and `$1`, `name` and `p1`. */
  readonly name: string;
  readonly target: PlaceholderTarget;
}

/** Every placeholder of a statement with the parameter that it stands for. Names are the same in any case, as in Spanner. */
export function placeholderUses(
  tokens: readonly SqlToken[],
  parameters: readonly Parameter[],
  dialect: SpannerDialect,
): readonly PlaceholderUse[] {
  return tokens
    .filter(({ kind }) => kind === 'placeholder')
    .map(({ text }) => {
      const written = text.slice(1);
      const index = dialect === 'googlesql' ? namedIndex(written, parameters) : Number(written) - 1;
      const exists = index >= 0 && index < parameters.length;
      const name = dialect === 'googlesql' ? written.toLowerCase() : `p${written}`;
      return { name, target: exists ? { index } : { unknown: text } };
    });
}

/** The command of a statement in lower case, hints before it passed over. */
export function spannerCommandOf(tokens: readonly SqlToken[]): string {
  const [at, brace] = tokens;
  if (at?.text !== '@' || brace?.text !== '{') return commandOf(tokens);
  const end = tokens.findIndex(({ text }) => text === '}');
  return end < 0 ? '' : spannerCommandOf(tokens.slice(end + 1));
}

function namedIndex(name: string, parameters: readonly Parameter[]): number {
  const exact = parameters.findIndex((parameter) => parameter.name === name);
  if (exact >= 0) return exact;
  return parameters.findIndex((parameter) => parameter.name.toLowerCase() === name.toLowerCase());
}

/** Spanner has no lists of lists. */
function checkNesting(parameters: readonly Parameter[]): readonly Fault[] {
  return parameters.flatMap(({ type, items }, index) =>
    type === 'array' && items?.type === 'array'
      ? [
          {
            path: `parameters[${index}].items`,
            message: 'Spanner has no arrays of arrays',
            hint: 'Use an array of strings, integers, floats, booleans or maps, or a map.',
          },
        ]
      : [],
  );
}

/** Single and double quotes both make a text, backquotes a name; in all three a backslash escapes, and no quote is doubled. */
function quoteGoogle(text: string, style: EscapeStyle): string | undefined {
  const quote = { 'single-quotes': "'", 'double-quotes': '"', backticks: '`', 'square-brackets': undefined }[style];
  if (quote === undefined) return undefined;
  const escaped = text.replaceAll(/[\\'"`\n\r]/g, (char) =>
    char === '\n' ? '\\n' : char === '\r' ? '\\r' : `\\${char}`,
  );
  return `${quote}${escaped}${quote}`;
}
