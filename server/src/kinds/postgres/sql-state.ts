// What an error of PostgreSQL means for the caller: a code of our catalogue, with the SQLSTATE and its condition name,
// and nothing of the server's text, which may carry hosts, users, statements and data.
import { ToolcribError } from '../../base/errors.ts';

/** Names of PostgreSQL's documentation, appendix A, for what tools meet; others are named by their class. */
const conditions: Readonly<Record<string, string>> = {
  '08P01': 'protocol_violation',
  '0A000': 'feature_not_supported',
  '21000': 'cardinality_violation',
  '22001': 'string_data_right_truncation',
  '22003': 'numeric_value_out_of_range',
  '22007': 'invalid_datetime_format',
  '22008': 'datetime_field_overflow',
  '22012': 'division_by_zero',
  '22021': 'character_not_in_repertoire',
  '22023': 'invalid_parameter_value',
  '22P02': 'invalid_text_representation',
  '22P05': 'untranslatable_character',
  '23001': 'restrict_violation',
  '23502': 'not_null_violation',
  '23503': 'foreign_key_violation',
  '23505': 'unique_violation',
  '23514': 'check_violation',
  '23P01': 'exclusion_violation',
  '25006': 'read_only_sql_transaction',
  '26000': 'invalid_sql_statement_name',
  '2D000': 'invalid_transaction_termination',
  '40001': 'serialization_failure',
  '40P01': 'deadlock_detected',
  '42501': 'insufficient_privilege',
  '42601': 'syntax_error',
  '42702': 'ambiguous_column',
  '42703': 'undefined_column',
  '42725': 'ambiguous_function',
  '42803': 'grouping_error',
  '42804': 'datatype_mismatch',
  '42883': 'undefined_function',
  '42P01': 'undefined_table',
  '42P02': 'undefined_parameter',
  '42P08': 'ambiguous_parameter',
  '42P18': 'indeterminate_datatype',
  '53100': 'disk_full',
  '53200': 'out_of_memory',
  '53300': 'too_many_connections',
  '54001': 'statement_too_complex',
  '55P03': 'lock_not_available',
  '57014': 'query_canceled',
  P0001: 'raise_exception',
};

const classes: Readonly<Record<string, string>> = {
  '08': 'connection_exception',
  '0A': 'feature_not_supported',
  '22': 'data_exception',
  '23': 'integrity_constraint_violation',
  '25': 'invalid_transaction_state',
  '28': 'invalid_authorization_specification',
  '40': 'transaction_rollback',
  '42': 'syntax_error_or_access_rule_violation',
  '53': 'insufficient_resources',
  '54': 'program_limit_exceeded',
  '55': 'object_not_in_prerequisite_state',
  '57': 'operator_intervention',
  '58': 'system_error',
  P0: 'plpgsql_error',
  XX: 'internal_error',
};

/** The error fields of the protocol that are used here (DatabaseError of pg-protocol has them). */
export interface ServerError {
  readonly message: string;
  readonly severity?: string | undefined;
  readonly code?: string | undefined;
  readonly routine?: string | undefined;
  readonly position?: string | undefined;
}

/** Whether the server ends the connection with this error. */
export function isFatal(error: ServerError): boolean {
  return error.severity === 'FATAL' || error.severity === 'PANIC';
}

/** Whether the server no longer knows the prepared statement as it was, so that it must be prepared again. */
export function isStalePlan(error: ServerError): boolean {
  return error.code === '26000' || (error.code === '0A000' && error.routine === 'RevalidateCachedQuery');
}

/** A failed statement as a catalogue error. */
export function statementError(error: ServerError, context: { source: string; read_only: boolean }): ToolcribError {
  const sqlstate = /^[0-9A-Z]{5}$/.test(error.code ?? '') ? (error.code ?? '') : 'XX000';
  // 08P01 without the end of the connection is a statement's own: placeholders that nobody gives values for.
  if ((sqlstate.startsWith('08') && sqlstate !== '08P01') || sqlstate.startsWith('57P') || isFatal(error)) {
    return unavailable(context.source, loggable(error));
  }
  if (sqlstate === '25006' && context.read_only) return new ToolcribError('write_refused', { cause: loggable(error) });
  const condition = conditions[sqlstate] ?? classes[sqlstate.slice(0, 2)] ?? 'error';
  return new ToolcribError('statement_failed', { params: { sqlstate, condition }, cause: loggable(error) });
}

/** The source cannot be reached; `retry_after_s` where it is known. */
export function unavailable(source: string, cause: unknown, retry_after_s?: number): ToolcribError {
  return new ToolcribError('source_unavailable', {
    params: { source },
    cause,
    ...(retry_after_s === undefined ? {} : { retry_after_s }),
  });
}

/** The cause for the log: the server's sentence, without its detail and context, where whole rows are quoted. */
function loggable(error: ServerError): Error {
  const cause = new Error(error.message);
  return Object.assign(cause, {
    name: 'PostgresError',
    code: error.code,
    ...(error.position === undefined ? {} : { position: error.position }),
    stack: `PostgresError: ${error.message}`,
  });
}
