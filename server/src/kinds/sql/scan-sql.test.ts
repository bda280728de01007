import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SqlSyntax } from '../../catalog/source.ts';
import { mysqlSyntax } from '../mysql/mysql-dialect.ts';
import { postgresSyntax } from '../postgres/postgres-dialect.ts';
import { sqliteSyntax } from '../sqlite/sqlite-dialect.ts';
import { commandOf, scanSql } from './scan-sql.ts';

const placeholders = (text: string, syntax: SqlSyntax): readonly string[] =>
  scanSql(text, syntax)
    .filter((token) => token.kind === 'placeholder')
    .map((token) => token.text);

describe('placeholders of PostgreSQL', () => {
  // oxfmt-ignore
  test.each<readonly [string, readonly string[]]>([
    ['SELECT $1, $2 FROM t WHERE a=$10', ['$1', '$2', '$10']],
    ["SELECT '$1', 'it''s $2' , $3", ['$3']],
    ["SELECT E'\\'$1', e'\\\\', $2", ['$2']],
    ["SELECT 'a\\', $1, 'b'", ['$1']],
    ['SELECT "a$1""$2", $3', ['$3']],
    ['SELECT $$ $1 $$, $tag$ $2 $$ $3 $tag$, $4', ['$4']],
    ['SELECT 1 -- $1\n, $2', ['$2']],
    ['SELECT /* $1 /* $2 */ $3 */ $4', ['$4']],
    ['SELECT $1::text, a::int[], b ? $2, b ?| $3, c @> $4', ['$1', '$2', '$3', '$4']],
    ['SELECT a$1, _b$2, é$3, $4', ['$4']],
    ['SELECT 1 WHERE x = :name AND y = ?', []],
    ["SELECT U&'\\0024' , $1", ['$1']],
    ["SELECT 'never closed $1", []],
    ['SELECT $a$ never closed $1', []],
  ])('%s', (text, expected) => {
    expect(placeholders(text, postgresSyntax)).toEqual(expected);
  });
});

describe('placeholders of SQLite', () => {
  // oxfmt-ignore
  test.each<readonly [string, readonly string[]]>([
    ['SELECT ?, ?2, :a, $b, @c', ['?', '?2', ':a', '$b', '@c']],
    ["SELECT '?', \"?\", `?`, [?], ?", ['?']],
    ["SELECT e'\\', ?, 'x'", ['?']],
    ['SELECT /* ? /* ? */ ? -- ?', ['?']],
    ['SELECT a -> \'$.x\', b ->> ?', ['?']],
  ])('%s', (text, expected) => {
    expect(placeholders(text, sqliteSyntax)).toEqual(expected);
  });
});

describe('placeholders of MySQL', () => {
  // oxfmt-ignore
  test.each<readonly [string, number]>([
    ['SELECT ?, ? FROM t WHERE a=?', 3],
    ["SELECT '?', \"?\", `?`, ?", 1],
    ["SELECT 'a\\'?', ?", 1],
    ["SELECT 'a\\\\', ?, 'x'", 1],
    ['SELECT "a\\"?", ?', 1],
    ["SELECT 'it''s ?', \"a\"\"?\", ?", 1],
    ['SELECT `a\\`, ?, `?`', 1],
    ['SELECT 1 # ?\n, ?', 1],
    ['SELECT 1 -- ?\n, ?', 1],
    ['SELECT 1 --\t? \r ?\n, ?', 1],
    ['SELECT 1 --\n, ?', 1],
    ['SELECT 5--?', 1],
    ['SELECT /* ? /* ? */ ?', 1],
    ['SELECT /*! ? */ + /*M!100100 ? */ /*!50000?*/', 3],
    ['SELECT ?x, ?', 1],
    ["SELECT 'never closed ?", 0],
    ["SELECT 'never closed ?\\", 0],
    ['SELECT /* never closed ?', 0],
  ])('%s', (text, expected) => {
    expect(placeholders(text, mysqlSyntax)).toHaveLength(expected);
  });

  test('comments that are executed are seen as such', () => {
    const kinds = scanSql('SELECT 1 /*!50000 INTO */ /* plain */ /*M! x */', mysqlSyntax).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'executable')).toHaveLength(2);
  });
});

test('a literal or comment never hides or makes a placeholder', () => {
  const noise = fc.oneof(
    fc.string().map((text) => `'${text.replaceAll("'", "''")}'`),
    fc.string().map((text) => `"${text.replaceAll('"', '""')}"`),
    fc.string().map((text) => `/*${text.replaceAll(/[/*]/g, '')}*/`),
    fc.string().map((text) => `--${text.replaceAll(/[\r\n]/g, '')}\n`),
    fc.constantFrom(' ', ',', '(', ')', 'word', '1.5', '::', ' + '),
  );
  fc.assert(
    fc.property(fc.array(noise), fc.array(noise), (before, after) => {
      const text = `${before.join(' ')} $7 ${after.join(' ')}`;
      expect(placeholders(text, postgresSyntax)).toEqual(['$7']);
      expect(placeholders(text, sqliteSyntax)).toEqual(['$7']);
      expect(
        placeholders(
          `${before.map((part) => inMysql(part)).join(' ')} ? ${after.map((part) => inMysql(part)).join(' ')}`,
          mysqlSyntax,
        ),
      ).toEqual(['?']);
    }),
  );
});

/** The same noise where a backslash escapes. */
function inMysql(part: string): string {
  return /^['"]/.test(part) ? part.replaceAll('\\', '\\\\') : part.replace(/^--/, '-- ').replace(/^\/\*M?!/, '/* ');
}

test('scanning any text ends, in time that grows with its length only', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void scanSql(text, postgresSyntax)));
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void scanSql(text, mysqlSyntax)));
  for (const text of [
    "'".repeat(60_001),
    '/*'.repeat(30_000),
    '$a'.repeat(30_000),
    '"""'.repeat(20_000),
    '-'.repeat(60_001),
    `'${'\\'.repeat(60_001)}`,
    '/*!'.repeat(20_000),
  ]) {
    const started = performance.now();
    scanSql(text, postgresSyntax);
    scanSql(text, sqliteSyntax);
    scanSql(text, mysqlSyntax);
    expect(performance.now() - started).toBeLessThan(500);
  }
});

test.each([
  ['SELECT 1', 'select'],
  ['  -- DO\n/* /* */ SET */ ((Select 1))', 'select'],
  ['"select" 1', ''],
  ["'select'", ''],
  ['DO $$ select $$', 'do'],
  ['', ''],
  ['; SELECT 1', ''],
])('the command of %j is %j', (text, expected) => {
  expect(commandOf(scanSql(text, postgresSyntax))).toBe(expected);
});
