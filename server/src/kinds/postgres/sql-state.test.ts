import { expect, test } from 'vitest';
import { statementError } from './sql-state.ts';

const context = { source: 'flights', read_only: true };

test.each([
  ['23505', 'statement_failed', 'unique_violation'],
  ['22P99', 'statement_failed', 'data_exception'],
  ['ZZ123', 'statement_failed', 'ZZ123, error'],
  ['25006', 'write_refused', ''],
  ['57P01', 'source_unavailable', 'flights'],
  ['57P03', 'source_unavailable', 'flights'],
  ['08006', 'source_unavailable', 'flights'],
  ['57014', 'statement_failed', 'query_canceled'],
  ['not a code', 'statement_failed', 'XX000, internal_error'],
])('%s is %s', (code, expected, text) => {
  const error = statementError({ message: 'secret words', code }, context);
  expect(error.code).toBe(expected);
  expect(error.message).toContain(text);
  expect(JSON.stringify(error.toPublic())).not.toContain('secret');
});

test('a read-only server is no fault of a tool that writes', () => {
  expect(statementError({ message: '', code: '25006' }, { ...context, read_only: false }).code).toBe(
    'statement_failed',
  );
});

test('the cause keeps the sentence for the log, without the rows in its detail', () => {
  const error = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (email)=(a@b) already exists.',
  });
  const { cause } = statementError(error, context);
  expect(cause).toMatchObject({ message: 'duplicate key', code: '23505' });
  expect(JSON.stringify(cause) + String((cause as Error).stack)).not.toContain('a@b');
});
