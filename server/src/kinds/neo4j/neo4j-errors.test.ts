import { Neo4jError } from 'neo4j-driver';
import { expect, test } from 'vitest';
import { ToolcribError } from '../../base/errors.ts';
import { neo4jError, retryOf } from './neo4j-errors.ts';

const of = (code: string, message = 'secret 10.0.0.1', gql = '50N42'): Neo4jError =>
  new Neo4jError(message, code, gql, 'secret');
const shown = (thrown: unknown, read_only = true): string => {
  const error = neo4jError(thrown, { source: 'graph', read_only });
  if (!(error instanceof ToolcribError)) throw new TypeError('Expected a catalogue error');
  expect(JSON.stringify(error.toPublic())).not.toContain('secret');
  const state = /SQLSTATE (\w+), (\w+)/.exec(error.message);
  return [error.code, ...(state?.slice(1) ?? [])].join(' ');
};

// oxfmt-ignore
test.each([
  ['Neo.ClientError.Statement.SyntaxError', 'statement_failed 42601 syntax_error'],
  ['Neo.ClientError.Schema.ConstraintValidationFailed', 'statement_failed 23000 integrity_constraint_violation'],
  ['Neo.ClientError.Security.Forbidden', 'statement_failed 42501 insufficient_privilege'],
  ['Neo.TransientError.Transaction.DeadlockDetected', 'statement_failed 40P01 deadlock_detected'],
  ['Neo.ClientError.Statement.SomethingNew', 'statement_failed XX000 something_new'],
  ['Neo.ClientError.Statement.AccessMode', 'write_refused'],
  ['Neo.ClientError.Security.Unauthorized', 'source_unavailable'],
  ['Neo.ClientError.Security.AuthenticationRateLimit', 'source_unavailable'],
  ['Neo.ClientError.Database.DatabaseNotFound', 'source_unavailable'],
  ['Neo.TransientError.General.DatabaseUnavailable', 'source_unavailable'],
  ['FalkorDB.ClientError.Security.Unauthorized', 'source_unavailable'],
  ['ServiceUnavailable', 'source_unavailable'],
  ['SessionExpired', 'source_unavailable'],
])('%s is %s', (code, expected) => {
  expect(shown(of(code))).toBe(expected);
});

test('the state of the server is kept where there is none of ours', () => {
  expect(shown(of('Neo.ClientError.Statement.SomethingNew', 'secret', '22N27'))).toBe(
    'statement_failed 22N27 something_new',
  );
  expect(shown(of('Neo.ClientError.Statement.<script>'))).toBe('statement_failed XX000 internal_error');
});

// oxfmt-ignore
test.each([
  ['errMsg: Invalid input secret', 'statement_failed 42601 syntax_error'],
  ["'secret' not defined", 'statement_failed 42703 undefined_variable'],
  ['Missing parameters', 'statement_failed 42P02 undefined_parameter'],
  ['Division by zero', 'statement_failed 22012 division_by_zero'],
  ['unique constraint violation, on node of type secret', 'statement_failed 23000 integrity_constraint_violation'],
  ['something else, secret', 'statement_failed XX000 internal_error'],
  ['Connection acquisition timed out in 5000 ms.', 'source_unavailable'],
])('of FalkorDB, %s is %s', (message, expected) => {
  expect(shown(of('N/A', message))).toBe(expected);
});

test('a write that is refused in a tool that may write is the server’s own reason', () => {
  expect(shown(of('Neo.ClientError.Statement.AccessMode'), false)).toBe('statement_failed XX000 access_mode');
});

test('the cause for the log has no statement', () => {
  const error = neo4jError(of('N/A', "errMsg: no errCtx: CYPHER a='secret' RETURN"), {
    source: 'graph',
    read_only: true,
  });
  expect(String((error as Error).cause)).toBe('Neo4jError: errMsg: no');
});

test('only what was lost or passes is tried again', () => {
  expect(retryOf(of('ServiceUnavailable'))).toBe('at once');
  expect(retryOf(of('N/A', 'Connection acquisition timed out in 5000 ms.'))).toBe('unsent');
  expect(retryOf(of('Neo.TransientError.Transaction.DeadlockDetected'))).toBe('later');
  expect(retryOf(of('Neo.ClientError.Statement.SyntaxError'))).toBe('never');
  expect(retryOf(new Error('ServiceUnavailable'))).toBe('never');
});
