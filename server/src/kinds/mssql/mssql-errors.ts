// What an error of SQL Server means for the caller: its number as SQLSTATE and condition in PostgreSQL's words, which the
// other SQL kinds use too. Nothing of the server's text, which may carry hosts, users, statements and data.
// Numbers: https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
import { ToolcribError } from '../../base/errors.ts';

type Condition = readonly [sqlstate: string, condition: string];

const syntax: Condition = ['42601', 'syntax_error'];
const table: Condition = ['42P01', 'undefined_table'];
const column: Condition = ['42703', 'undefined_column'];
const routine: Condition = ['42883', 'undefined_function'];
const privilege: Condition = ['42501', 'insufficient_privilege'];
const unique: Condition = ['23505', 'unique_violation'];
const range: Condition = ['22003', 'numeric_value_out_of_range'];
const tooLong: Condition = ['22001', 'string_data_right_truncation'];
const badDate: Condition = ['22007', 'invalid_datetime_format'];
const badText: Condition = ['22P02', 'invalid_text_representation'];
const memory: Condition = ['53200', 'out_of_memory'];
const disk: Condition = ['53100', 'disk_full'];
const complex: Condition = ['54001', 'statement_too_complex'];
const writeInReadOnly: Condition = ['25006', 'read_only_sql_transaction'];

const conditions: ReadonlyMap<number, Condition> = new Map<number, Condition>([
  [102, syntax],
  [103, syntax],
  [105, syntax],
  [111, syntax],
  [156, syntax],
  [170, syntax],
  [174, syntax],
  [319, syntax],
  [137, ['42P02', 'undefined_parameter']],
  [8178, ['42P02', 'undefined_parameter']],
  [189, routine],
  [195, routine],
  [2812, routine],
  [4121, routine],
  [201, ['42P02', 'undefined_parameter']],
  [207, column],
  [4104, column],
  [209, ['42702', 'ambiguous_column']],
  [208, table],
  [3701, table],
  [4902, table],
  [206, ['42804', 'datatype_mismatch']],
  [402, ['42804', 'datatype_mismatch']],
  [8116, ['42804', 'datatype_mismatch']],
  [8120, ['42803', 'grouping_error']],
  [8121, ['42803', 'grouping_error']],
  [213, ['42601', 'syntax_error']],
  [120, ['42601', 'syntax_error']],
  [121, ['42601', 'syntax_error']],
  [220, range],
  [232, range],
  [1007, range],
  [8115, range],
  [241, badDate],
  [242, ['22008', 'datetime_field_overflow']],
  [517, ['22008', 'datetime_field_overflow']],
  [295, badDate],
  [235, badText],
  [245, badText],
  [8114, badText],
  [8169, badText],
  [512, ['21000', 'cardinality_violation']],
  [515, ['23502', 'not_null_violation']],
  [544, ['428C9', 'generated_always']],
  [8101, ['428C9', 'generated_always']],
  [547, ['23000', 'integrity_constraint_violation']],
  [2601, unique],
  [2627, unique],
  [2628, tooLong],
  [8152, tooLong],
  [2714, ['42P07', 'duplicate_table']],
  [8134, ['22012', 'division_by_zero']],
  [9420, badText],
  [13609, ['22032', 'invalid_json_text']],
  [1205, ['40P01', 'deadlock_detected']],
  [3960, ['40001', 'serialization_failure']],
  [41302, ['40001', 'serialization_failure']],
  [41305, ['40001', 'serialization_failure']],
  [41325, ['40001', 'serialization_failure']],
  [1222, ['55P03', 'lock_not_available']],
  [701, memory],
  [802, memory],
  [8645, memory],
  [8657, memory],
  [1101, disk],
  [1105, disk],
  [9002, disk],
  [191, complex],
  [8618, complex],
  [8623, complex],
  [8631, complex],
  [217, complex],
  [229, privilege],
  [230, privilege],
  [262, privilege],
  [297, privilege],
  [300, privilege],
  [916, privilege],
  [3930, writeInReadOnly],
  [3906, writeInReadOnly],
  [50001, ['25000', 'invalid_transaction_state']],
]);

/** The server says no to everybody, or to this connection: it is not the statement's fault. */
const unavailable = new Set([
  // Login, database, resources of the server, fail-over.
  233, 601, 617, 669, 904, 921, 922, 923, 924, 926, 927, 941, 942, 945, 952, 976, 978, 979, 982, 983, 4060, 4221, 6005,
  10053, 10054, 10060, 10928, 10929, 17142, 17809, 18401, 18451, 18456, 18461, 18487, 18488, 40143, 40197, 40501, 40540,
  40613, 42108, 42109, 49918, 49919, 49920,
]);

/** A severity from which on the server ends the connection. */
const fatal_class = 20;

/** The fields of tedious' RequestError that are used here. */
interface ServerError {
  readonly message: string;
  readonly number?: number | undefined;
  readonly class?: number | undefined;
  readonly state?: number | undefined;
  readonly lineNumber?: number | undefined;
}

/** The error that the server sent first, or undefined when it is none of the server's. */
function serverError(thrown: unknown): ServerError | undefined {
  const error: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  return isServerError(error) ? error : undefined;
}

function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'number' in error && typeof error.number === 'number';
}

/** Whether the connection, not the statement, has failed, so that the statement may be run again elsewhere. */
export function isLost(thrown: unknown): boolean {
  const error = serverError(thrown);
  if (error !== undefined) return unavailable.has(error.number ?? 0) || (error.class ?? 0) >= fatal_class;
  // What the driver refuses before it sends anything.
  return !(thrown instanceof TypeError);
}

/** Any failure of a run as a catalogue error. */
export function mssqlError(thrown: unknown, context: { source: string; read_only: boolean }): ToolcribError {
  if (thrown instanceof ToolcribError) return thrown;
  if (isLost(thrown)) return sourceUnavailable(context.source, loggable(thrown));
  const number = serverError(thrown)?.number;
  if (number === 3930 && context.read_only) return new ToolcribError('write_refused', { cause: loggable(thrown) });
  const [sqlstate, condition] =
    number === undefined
      ? range
      : (conditions.get(number) ?? (number >= 50_000 ? ['P0001', 'raise_exception'] : ['XX000', 'internal_error']));
  return new ToolcribError('statement_failed', { params: { sqlstate, condition }, cause: loggable(thrown) });
}

/** The source cannot be reached; `retry_after_s` where it is known. */
export function sourceUnavailable(source: string, cause: unknown, retry_after_s?: number): ToolcribError {
  return new ToolcribError('source_unavailable', {
    params: { source },
    cause,
    ...(retry_after_s === undefined ? {} : { retry_after_s }),
  });
}

/** The cause for the log: the server's sentence and where it was, without its name and the name of the procedure. */
function loggable(thrown: unknown): unknown {
  const error = serverError(thrown);
  if (error === undefined) return thrown;
  const { message, number, state, lineNumber } = error;
  return Object.assign(new Error(message), {
    name: 'MssqlError',
    number,
    state,
    line: lineNumber,
    stack: `MssqlError: ${message}`,
  });
}
