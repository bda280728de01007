// What a failure of Spanner means for the caller: a code of our catalogue, with the SQLSTATE and condition that PostgreSQL would
// give, and nothing of Spanner's text, which carries names of projects, databases and data.
import { ToolcribError } from '../../base/errors.ts';

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto, in the order of the numbers. */
const statuses = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

export type SpannerStatus = (typeof statuses)[number];

/** An error that Spanner answered. */
export class SpannerError extends Error {
  readonly status: SpannerStatus;
  /** How long Spanner asks to wait before another try. */
  readonly retry_ms: number | undefined;
  /** Whether it is the session that is unknown, and not something in the statement. */
  readonly session_lost: boolean;

  constructor(status: SpannerStatus, message: string, more: { retry_ms?: number | undefined; session_lost?: boolean }) {
    super(message);
    this.name = 'SpannerError';
    this.status = status;
    this.retry_ms = more.retry_ms;
    this.session_lost = more.session_lost ?? false;
  }
}

/** No session can be had: nothing of the call has been sent. */
export class NoSessionError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'NoSessionError';
  }
}

/** The status by its name or, as the emulator writes it, by its number. */
export function toStatus(name: unknown, number: unknown): SpannerStatus {
  const by_name = statuses.find((status) => status === name);
  return by_name ?? (typeof number === 'number' ? statuses[number] : undefined) ?? 'UNKNOWN';
}

interface Condition {
  readonly sqlstate: string;
  readonly condition: string;
}

const conditions = {
  CANCELLED: { sqlstate: '57014', condition: 'query_canceled' },
  UNKNOWN: { sqlstate: 'XX000', condition: 'internal_error' },
  INVALID_ARGUMENT: { sqlstate: '42000', condition: 'syntax_error_or_access_rule_violation' },
  DEADLINE_EXCEEDED: { sqlstate: '57014', condition: 'query_canceled' },
  NOT_FOUND: { sqlstate: '42704', condition: 'undefined_object' },
  ALREADY_EXISTS: { sqlstate: '23505', condition: 'unique_violation' },
  PERMISSION_DENIED: { sqlstate: '42501', condition: 'insufficient_privilege' },
  RESOURCE_EXHAUSTED: { sqlstate: '53000', condition: 'insufficient_resources' },
  FAILED_PRECONDITION: { sqlstate: '55000', condition: 'object_not_in_prerequisite_state' },
  ABORTED: { sqlstate: '40001', condition: 'serialization_failure' },
  OUT_OF_RANGE: { sqlstate: '22000', condition: 'data_exception' },
  UNIMPLEMENTED: { sqlstate: '0A000', condition: 'feature_not_supported' },
  INTERNAL: { sqlstate: 'XX000', condition: 'internal_error' },
  DATA_LOSS: { sqlstate: 'XX001', condition: 'data_corrupted' },
} as const satisfies Partial<Record<SpannerStatus, Condition>>;

/** One status stands for many faults; the usual ones are known by Spanner's words. A changed word costs exactness only. */
const known: readonly (Condition & { readonly status: SpannerStatus; readonly words: RegExp })[] = [
  { status: 'INVALID_ARGUMENT', words: /^(?:\[ERROR\] )?syntax error/i, sqlstate: '42601', condition: 'syntax_error' },
  { status: 'INVALID_ARGUMENT', words: /^table not found/i, sqlstate: '42P01', condition: 'undefined_table' },
  { status: 'INVALID_ARGUMENT', words: /^unrecognized name/i, sqlstate: '42703', condition: 'undefined_column' },
  { status: 'INVALID_ARGUMENT', words: /^function not found/i, sqlstate: '42883', condition: 'undefined_function' },
  { status: 'INVALID_ARGUMENT', words: /no matching signature/i, sqlstate: '42804', condition: 'datatype_mismatch' },
  { status: 'INVALID_ARGUMENT', words: /relation .* does not exist/i, sqlstate: '42P01', condition: 'undefined_table' },
  { status: 'INVALID_ARGUMENT', words: /column .* does not exist/i, sqlstate: '42703', condition: 'undefined_column' },
  { status: 'NOT_FOUND', words: /relation .* does not exist/i, sqlstate: '42P01', condition: 'undefined_table' },
  { status: 'NOT_FOUND', words: /column .* does not exist/i, sqlstate: '42703', condition: 'undefined_column' },
  { status: 'NOT_FOUND', words: /function .* does not exist/i, sqlstate: '42883', condition: 'undefined_function' },
  { status: 'FAILED_PRECONDITION', words: /foreign key/i, sqlstate: '23503', condition: 'foreign_key_violation' },
  { status: 'FAILED_PRECONDITION', words: /not null|null value/i, sqlstate: '23502', condition: 'not_null_violation' },
  { status: 'OUT_OF_RANGE', words: /division by zero/i, sqlstate: '22012', condition: 'division_by_zero' },
  { status: 'OUT_OF_RANGE', words: /check constraint/i, sqlstate: '23514', condition: 'check_violation' },
  { status: 'OUT_OF_RANGE', words: /overflow/i, sqlstate: '22003', condition: 'numeric_value_out_of_range' },
];

/** Commands that a read-only transaction refuses; definitions have a method of the API of their own. */
export const writing: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'merge']);
const defining = new Set(['create', 'alter', 'drop', 'grant', 'revoke', 'rename', 'analyze', 'truncate']);
const writingFunction = /only be used in a read-write/i;

export interface FailedStatement {
  /** The source's name. */
  readonly source: string;
  readonly command: string;
  readonly read_only: boolean;
}

/** Any failure of a run as a catalogue error. */
export function spannerError(thrown: unknown, { source, command, read_only }: FailedStatement): ToolcribError {
  if (thrown instanceof NoSessionError) return toRefusal(thrown.cause) ?? unavailable(source, thrown);
  if (thrown instanceof ToolcribError) return toRefusal(thrown) ?? unavailable(source, thrown);
  if (!(thrown instanceof SpannerError) || thrown.session_lost) return unavailable(source, thrown);
  const { status, message } = thrown;
  if (!(status in conditions)) return unavailable(source, thrown);
  const is_refusal = status === 'INVALID_ARGUMENT' || status === 'FAILED_PRECONDITION' || status === 'UNIMPLEMENTED';
  if (read_only && is_refusal && (writing.has(command) || defining.has(command) || writingFunction.test(message))) {
    return new ToolcribError('write_refused', { cause: thrown });
  }
  // Definitions are another method of the API; the words in which a statement is told so vary.
  if (is_refusal && defining.has(command)) return failed(conditions.UNIMPLEMENTED, thrown);
  const condition =
    known.find((one) => one.status === status && one.words.test(message)) ??
    conditions[status as keyof typeof conditions];
  return failed(condition, thrown);
}

function failed({ sqlstate, condition }: Condition, cause: SpannerError): ToolcribError {
  return new ToolcribError('statement_failed', { params: { sqlstate, condition }, cause });
}

/** What the HTTP client refuses to send says what to do about it; that there was no answer is told of the source. */
function toRefusal(thrown: unknown): ToolcribError | undefined {
  return thrown instanceof ToolcribError && thrown.code !== 'upstream_unavailable' ? thrown : undefined;
}

function unavailable(source: string, cause: unknown): ToolcribError {
  return new ToolcribError('source_unavailable', { params: { source }, cause });
}
