import { describe, expect, test } from 'vitest';
import type { Parameter } from '../../catalog/parameters.ts';
import { postgresDialect } from '../postgres/postgres-dialect.ts';
import { sqliteDialect } from '../sqlite/sqlite-dialect.ts';

const named = (...names: readonly string[]): readonly Parameter[] =>
  names.map((name) => ({ name, type: 'string', description: name, required: true }));

describe('postgres', () => {
  test('finds nothing where statement and parameters agree', () => {
    expect(postgresDialect.check('SELECT $2, $1, $1;', named('a', 'b'))).toEqual([]);
    expect(postgresDialect.check('SELECT 1 ; ;', [])).toEqual([]);
  });

  test('names every placeholder without parameter and every parameter without placeholder', () => {
    expect(postgresDialect.check("SELECT $1, $3, $3, $0, '$2'", named('a', 'b'))).toEqual([
      {
        path: 'statement',
        message: 'The placeholder $3 has no parameter',
        hint: 'There are 2 parameters: a is $1, b is $2. Add a parameter or correct the placeholder.',
      },
      expect.objectContaining({ path: 'statement', message: 'The placeholder $0 has no parameter' }),
      {
        path: 'parameters[1]',
        message: 'The statement does not use the parameter "b"',
        hint: 'Write $2 where its value belongs, or remove the parameter. Placeholders inside quotes and comments do not count.',
      },
    ]);
  });

  test.each(['SELECT 1; SELECT 2', 'SELECT 1;; -- x\n DROP TABLE t'])('%s is more than one statement', (text) => {
    expect(postgresDialect.check(text, [])).toMatchObject([{ message: 'There is more than one statement' }]);
  });

  test.each(["SELECT ';'", 'SELECT 1; -- ; x', 'SELECT $$;$$;'])('%s is one statement', (text) => {
    expect(postgresDialect.check(text, [])).toEqual([]);
  });

  test.each(['-- nothing', ';'])('%s is none', (text) => {
    expect(postgresDialect.check(text, [])).toMatchObject([{ message: 'There is no statement' }]);
  });
});

describe('sqlite', () => {
  test.each([
    ['SELECT ?, ?', ['a', 'b']],
    ['SELECT ?2, ?1', ['a', 'b']],
    ['SELECT $1, $2', ['a', 'b']],
    ['SELECT :a, $b, @a', ['a', 'b']],
  ])('%s uses all of %j', (text, names) => {
    expect(sqliteDialect.check(text, named(...names))).toEqual([]);
  });

  test('finds disagreement in either direction, and shows the style of the statement', () => {
    expect(sqliteDialect.check('SELECT ?, ?, ?', named('a', 'b'))).toMatchObject([
      { path: 'statement', message: 'The placeholder ? has no parameter' },
    ]);
    expect(sqliteDialect.check('SELECT :a, :c', named('a', 'b'))).toMatchObject([
      { path: 'statement', message: 'The placeholder :c has no parameter' },
      { path: 'parameters[1]', hint: expect.stringContaining(':b') as string },
    ]);
  });
});

test('values are in the order of the parameters, absent ones null', () => {
  expect(postgresDialect.order({ b: 'x' }, named('a', 'b'))).toEqual([null, 'x']);
});
