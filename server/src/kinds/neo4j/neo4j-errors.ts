// What an error of the driver or the server means for the caller: a code of our catalogue, with a state and a condition,
// and nothing of the server's text, which may carry addresses, users, statements and data.
import { ToolcribError } from '../../base/errors.ts';

interface Condition {
  readonly sqlstate: string;
  readonly condition: string;
}

/** By the end of Neo4j's status code. States are those of SQL; what is not listed keeps the server's GQLSTATUS. */
const conditions: Readonly<Record<string, Condition>> = {
  'Statement.SyntaxError': { sqlstate: '42601', condition: 'syntax_error' },
  'Statement.ParameterMissing': { sqlstate: '42P02', condition: 'undefined_parameter' },
  'Statement.TypeError': { sqlstate: '42804', condition: 'datatype_mismatch' },
  'Statement.ArithmeticError': { sqlstate: '22012', condition: 'division_by_zero' },
  'Statement.ArgumentError': { sqlstate: '22023', condition: 'invalid_parameter_value' },
  'Schema.ConstraintValidationFailed': { sqlstate: '23000', condition: 'integrity_constraint_violation' },
  'Security.Forbidden': { sqlstate: '42501', condition: 'insufficient_privilege' },
  'Procedure.ProcedureNotFound': { sqlstate: '42883', condition: 'undefined_function' },
  'Transaction.DeadlockDetected': { sqlstate: '40P01', condition: 'deadlock_detected' },
  'Transaction.TransactionTimedOut': { sqlstate: '57014', condition: 'query_canceled' },
  'Transaction.TransactionTimedOutClientConfiguration': { sqlstate: '57014', condition: 'query_canceled' },
  'General.MemoryPoolOutOfMemoryError': { sqlstate: '53200', condition: 'out_of_memory' },
};

/** FalkorDB sends a text and no code. */
const falkordbTexts: readonly (readonly [RegExp, Condition])[] = [
  [/^(?:errMsg: Invalid input|Error: query with more than one)/, { sqlstate: '42601', condition: 'syntax_error' }],
  [/not defined$/, { sqlstate: '42703', condition: 'undefined_variable' }],
  [/^Missing parameters/, { sqlstate: '42P02', condition: 'undefined_parameter' }],
  [/^Division by zero/, { sqlstate: '22012', condition: 'division_by_zero' }],
  [/is not registered$|^Unknown function/, { sqlstate: '42883', condition: 'undefined_function' }],
  [/^Type mismatch/, { sqlstate: '42804', condition: 'datatype_mismatch' }],
  [/constraint violation/, { sqlstate: '23000', condition: 'integrity_constraint_violation' }],
];

const writeRefused = new Set(['Statement.AccessMode', 'General.ForbiddenOnReadOnlyDatabase']);
/** The source cannot be used as it is configured, or not now; nobody's arguments are at fault. */
const unusable = /^(?:Security\.(?!Forbidden$)|Database\.|Cluster\.|General\.DatabaseUnavailable|Request\.)/;
const notConnected = /^(?:Connection acquisition timed out|Pool is closed|Connection pool)/;
const lost: ReadonlySet<string> = new Set(['ServiceUnavailable', 'SessionExpired', 'ProtocolError']);

/** What is used of a Neo4jError. */
interface DriverError extends Error {
  readonly code: string;
  readonly gqlStatus?: string;
  readonly retriable?: boolean;
}

/** A failed run as a catalogue error; what is not an error of the driver stays what it is. */
export function neo4jError(thrown: unknown, context: { source: string; read_only: boolean }): unknown {
  if (!isDriverError(thrown)) return thrown;
  const cause = loggable(thrown);
  const title = thrown.code.replace(/^\w+\.\w+\./, '');
  if (isLost(thrown) || unusable.test(title)) return unavailable(context.source, cause);
  if (writeRefused.has(title) && context.read_only) return new ToolcribError('write_refused', { cause });
  return new ToolcribError('statement_failed', { params: { ...conditionOf(thrown, title) }, cause });
}

export function unavailable(source: string, cause: unknown): ToolcribError {
  return new ToolcribError('source_unavailable', { params: { source }, cause });
}

/**
 * Whether a statement may be sent again: any statement where no connection was had, a reading one at once after a lost
 * connection and later after what passes.
 */
export function retryOf(thrown: unknown): 'unsent' | 'at once' | 'later' | 'never' {
  if (!isDriverError(thrown)) return 'never';
  if (isUnsent(thrown)) return 'unsent';
  if (isLost(thrown)) return 'at once';
  return thrown.retriable === true ? 'later' : 'never';
}

function isDriverError(thrown: unknown): thrown is DriverError {
  return thrown instanceof Error && thrown.name === 'Neo4jError' && 'code' in thrown && typeof thrown.code === 'string';
}

function isLost(error: DriverError): boolean {
  return lost.has(error.code) || isUnsent(error);
}

function isUnsent(error: DriverError): boolean {
  return error.code === 'N/A' && notConnected.test(error.message);
}

function conditionOf(error: DriverError, title: string): Condition {
  const known = conditions[title];
  if (known !== undefined) return known;
  if (error.code === 'N/A') return falkordbTexts.find(([text]) => text.test(error.message.trim()))?.[1] ?? unknown;
  const status = /^[0-9A-Z]{5}$/.test(error.gqlStatus ?? '') ? error.gqlStatus : undefined;
  const last = title.split('.').at(-1) ?? '';
  if (!/^[A-Za-z]+$/.test(last)) return unknown;
  const condition = last.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
  // What the driver says where the server has no status.
  return { sqlstate: status === undefined || status === '50N42' ? 'XX000' : status, condition };
}

const unknown: Condition = { sqlstate: 'XX000', condition: 'internal_error' };

/** The cause for the log: the server's sentence without the statement that FalkorDB quotes in it. */
function loggable(error: DriverError): Error {
  const message = error.message.replace(/\s*errCtx:[\s\S]*$/, '').slice(0, 1_000);
  return Object.assign(new Error(message), {
    name: 'Neo4jError',
    code: error.code,
    stack: `Neo4jError: ${message}`,
  });
}
