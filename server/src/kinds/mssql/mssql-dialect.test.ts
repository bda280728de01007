// Placeholders of T-SQL against parameters, and its quotes.
import { expect, test } from 'vitest';
import type { Parameter } from '../../catalog/parameters.ts';
import { mssqlDialect } from './mssql-dialect.ts';

const parameters: readonly Parameter[] = ['id', 'first-name'].map((name) => ({
  name,
  type: 'string',
  description: name,
  required: true,
}));

test.each([
  'SELECT * FROM t WHERE id = @id AND name = @p2',
  'SELECT * FROM t WHERE id = @p1 AND name = @p2 AND @id = @id',
  'SELECT @@ROWCOUNT, \'@x\', [@y], "@z" /* @w */ FROM t WHERE id = @id AND name = @p2 -- @v',
  'EXEC dbo.find @id = @id, @name = @p2',
])('%s', (statement) => expect(mssqlDialect.check(statement, parameters)).toEqual([]));

test('a placeholder without parameter, and a parameter without placeholder', () => {
  const faults = mssqlDialect.check('SELECT @ID, @p3, @p0', parameters);
  expect(faults.map(({ path, message }) => [path, message])).toEqual([
    ['statement', 'The placeholder @ID has no parameter'],
    ['statement', 'The placeholder @p3 has no parameter'],
    ['statement', 'The placeholder @p0 has no parameter'],
    ['parameters[0]', 'The statement does not use the parameter "id"'],
    ['parameters[1]', 'The statement does not use the parameter "first-name"'],
  ]);
  expect(faults[0]?.hint).toContain('id is @id, first-name is @p2');
});

test('quotes double what ends them', () => {
  expect(mssqlDialect.quote("a'b", 'single-quotes')).toBe("'a''b'");
  expect(mssqlDialect.quote('a"b', 'double-quotes')).toBe('"a""b"');
  expect(mssqlDialect.quote('a]b[', 'square-brackets')).toBe('[a]]b[]');
  expect(mssqlDialect.quote('a', 'backticks')).toBeUndefined();
});
