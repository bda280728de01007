// What an error of MySQL means for the caller: a code of our catalogue, with the SQLSTATE and a condition name, and nothing
// of the server's text, which may carry hosts, users, statements and data.
import { ToolcribError } from '../../base/errors.ts';
import type { MysqlServerError } from './packets.ts';

/**
 * Conditions by error number, named as PostgreSQL's are, so that one word means the same on every database. MySQL's own
 * SQLSTATE says less: it is 23000 for every broken constraint and HY000 for whatever has none.
 */
const conditions: Readonly<Record<number, string>> = {
  1044: 'insufficient_privilege',
  1045: 'insufficient_privilege',
  1046: 'undefined_schema',
  1048: 'not_null_violation',
  1049: 'undefined_schema',
  1050: 'duplicate_table',
  1051: 'undefined_table',
  1052: 'ambiguous_column',
  1054: 'undefined_column',
  1055: 'grouping_error',
  1060: 'duplicate_column',
  1062: 'unique_violation',
  1064: 'syntax_error',
  1065: 'syntax_error',
  1110: 'duplicate_column',
  1136: 'syntax_error',
  1142: 'insufficient_privilege',
  1143: 'insufficient_privilege',
  1146: 'undefined_table',
  1153: 'program_limit_exceeded',
  1205: 'lock_not_available',
  1213: 'deadlock_detected',
  1216: 'foreign_key_violation',
  1217: 'foreign_key_violation',
  1222: 'syntax_error',
  1227: 'insufficient_privilege',
  1241: 'cardinality_violation',
  1242: 'cardinality_violation',
  1264: 'numeric_value_out_of_range',
  1265: 'string_data_right_truncation',
  1290: 'read_only_server',
  1292: 'invalid_datetime_format',
  1295: 'feature_not_supported',
  1305: 'undefined_function',
  1317: 'query_canceled',
  1364: 'not_null_violation',
  1365: 'division_by_zero',
  1366: 'invalid_text_representation',
  1370: 'insufficient_privilege',
  1406: 'string_data_right_truncation',
  1411: 'invalid_datetime_format',
  1451: 'foreign_key_violation',
  1452: 'foreign_key_violation',
  1586: 'unique_violation',
  1644: 'raise_exception',
  1690: 'numeric_value_out_of_range',
  1792: 'read_only_sql_transaction',
  1836: 'read_only_server',
  1959: 'undefined_role',
  1969: 'query_canceled',
  3024: 'query_canceled',
  3140: 'invalid_json_text',
  3530: 'undefined_role',
  3819: 'check_violation',
  4025: 'check_violation',
};

const classes: Readonly<Record<string, string>> = {
  '08': 'connection_exception',
  '21': 'cardinality_violation',
  '22': 'data_exception',
  '23': 'integrity_constraint_violation',
  '25': 'invalid_transaction_state',
  '28': 'invalid_authorization_specification',
  '40': 'transaction_rollback',
  '42': 'syntax_error_or_access_rule_violation',
  '45': 'raise_exception',
  '70': 'query_canceled',
};

/** Too many connections, shutdown, blocked host, killed or timed-out connection: it is the server, not the statement. */
const unavailable_errors = new Set([
  1040, 1053, 1077, 1079, 1129, 1130, 1152, 1184, 1203, 1226, 1927, 3032, 3168, 3169, 4031,
]);
const read_only_transaction = 1792;

/** Whether the server says with this error that the connection is over. */
export function isLost(error: MysqlServerError): boolean {
  return unavailable_errors.has(error.errno) || (error.sqlstate.startsWith('08') && error.errno !== 1153);
}

/** A failed statement as a catalogue error. */
export function statementError(
  error: MysqlServerError,
  context: { source: string; read_only: boolean },
): ToolcribError {
  if (isLost(error)) return unavailable(context.source, error);
  if (error.errno === read_only_transaction && context.read_only) {
    return new ToolcribError('write_refused', { cause: error });
  }
  const sqlstate = /^[0-9A-Z]{5}$/.test(error.sqlstate) ? error.sqlstate : 'HY000';
  const condition = conditions[error.errno] ?? classes[sqlstate.slice(0, 2)] ?? 'error';
  return new ToolcribError('statement_failed', { params: { sqlstate, condition }, cause: error });
}

/** The source cannot be reached; `retry_after_s` where it is known. */
export function unavailable(source: string, cause: unknown, retry_after_s?: number): ToolcribError {
  return new ToolcribError('source_unavailable', {
    params: { source },
    cause,
    ...(retry_after_s === undefined ? {} : { retry_after_s }),
  });
}
