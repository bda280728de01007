import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Parameter } from '../../catalog/parameters.ts';
import { scanSql } from '../sql/scan-sql.ts';
import {
  dialectOf,
  googlesqlDialect,
  googlesqlSyntax,
  spannerCommandOf,
  spannerPostgresDialect,
} from './spanner-dialect.ts';

const placeholders = (text: string): readonly string[] =>
  scanSql(text, googlesqlSyntax)
    .filter((token) => token.kind === 'placeholder')
    .map((token) => token.text);

const parameter = (name: string, more: Partial<Parameter> = {}): Parameter => ({
  name,
  type: 'string',
  description: name,
  required: true,
  ...more,
});

describe('placeholders of GoogleSQL', () => {
  // oxfmt-ignore
  test.each<readonly [string, readonly string[]]>([
    ['SELECT @a, @B_2 FROM t WHERE c=@c', ['@a', '@B_2', '@c']],
    ["SELECT '@a', \"@b\", `@c`, @d", ['@d']],
    ["SELECT 'a\\'@a', @b", ['@b']],
    ["SELECT 'a\\\\', @a, 'x'", ['@a']],
    ["SELECT '''it's @a \\''' ''', @b", ['@b']],
    ['SELECT """a "quoted" @a""", @b', ['@b']],
    ["SELECT r'\\', @a', @b", ['@b']],
    ["SELECT rb'\\\\', @a, BR\"@x\", R'''@y'''", ['@a']],
    ["SELECT b'@a', @b", ['@b']],
    ['SELECT `a\\`@a`, @b', ['@b']],
    ['SELECT [@a, 1], ARRAY<STRUCT<a INT64>>[(@b)], [\'@c]\']', ['@a', '@b']],
    ['SELECT 1 # @a\n, @b', ['@b']],
    ['SELECT 1 -- @a\n, @b', ['@b']],
    ['SELECT /* @a /* @b */ @c', ['@c']],
    ['@{OPTIMIZER_VERSION=@x} SELECT @@version, @a', ['@x', '@a']],
    ['SELECT a FROM t@{FORCE_INDEX=i}', []],
    ["SELECT '''never closed @a", []],
    ["SELECT 'never closed @a\\", []],
  ])('%s', (text, expected) => {
    expect(placeholders(text)).toEqual(expected);
  });
});

test('a quoted text stays one text, whatever is in it', () => {
  const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom("'", '\\', "\\'", '"""', "'''", '`', '\n'));
  const styles = fc.constantFrom('single-quotes' as const, 'double-quotes' as const, 'backticks' as const);
  fc.assert(
    fc.property(fc.array(anything), styles, (parts, style) => {
      const quoted = googlesqlDialect.quote(parts.join(''), style);
      const kinds = scanSql(`SELECT ${quoted} , @after`, googlesqlSyntax).map(({ kind }) => kind);
      const between = style === 'backticks' ? ['quoted'] : [];
      expect(kinds).toEqual(['word', ...between, 'other', 'placeholder']);
    }),
  );
  expect(googlesqlDialect.quote('a', 'square-brackets')).toBeUndefined();
});

test('scanning any text ends, in time that grows with its length only', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void scanSql(text, googlesqlSyntax)));
  for (const part of ["'", "'''", '"""', '`', '\\', "r'", "br'''\\", '/*', '#', '@', '@{']) {
    const text = part.repeat(60_000 / part.length);
    const started = performance.now();
    scanSql(text, googlesqlSyntax);
    scanSql(`'''${text}`, googlesqlSyntax);
    expect(performance.now() - started).toBeLessThan(500);
  }
});

test('names are the same in any case', () => {
  expect(googlesqlDialect.check('SELECT @Airline, @AIRLINE', [parameter('airline')])).toEqual([]);
});

test('placeholders and parameters that do not agree are faults, and so are arrays of arrays', () => {
  expect(googlesqlDialect.check('SELECT @a', [parameter('b')])).toMatchObject([
    { path: 'statement', message: 'The placeholder @a has no parameter' },
    { path: 'parameters[0]', message: 'The statement does not use the parameter "b"' },
  ]);
  const items = parameter('item', { type: 'array', items: parameter('item') });
  for (const [dialect, text] of [
    [googlesqlDialect, 'SELECT @a'],
    [spannerPostgresDialect, 'SELECT $1'],
  ] as const) {
    expect(dialect.check(text, [parameter('a', { type: 'array', items })])).toMatchObject([
      { path: 'parameters[0].items', message: 'Spanner has no arrays of arrays' },
    ]);
  }
});

test('the placeholders tell the dialect', () => {
  expect(dialectOf('SELECT @a')).toBe('googlesql');
  expect(dialectOf("SELECT $1, '@a'")).toBe('postgresql');
  expect(dialectOf('SELECT 1')).toBeUndefined();
});

test('hints before a statement do not hide its command', () => {
  const command = (text: string): string => spannerCommandOf(scanSql(text, googlesqlSyntax));
  expect(command('@{OPTIMIZER_VERSION=1} INSERT INTO t (a) VALUES (1)')).toBe('insert');
  expect(command('(SELECT 1)')).toBe('select');
  expect(command('@{')).toBe('');
});
