// What an error of Redis means for the caller: a code of our catalogue, with a state of SQL and a condition, and nothing of
// the server's text, which repeats keys and values.
import { ToolcribError } from '../../base/errors.ts';
import { ConnectionLost } from './redis-connection.ts';
import { RedisError, ReplyTooLarge } from './resp-reader.ts';

/** By the beginning of the error's text; the first that fits counts. */
const conditions: readonly (readonly [RegExp, string, string])[] = [
  [/^WRONGTYPE/, '42804', 'datatype_mismatch'],
  [/^NOPERM/, '42501', 'insufficient_privilege'],
  [/^ERR unknown (sub)?command/, '42883', 'undefined_function'],
  [/^ERR (wrong number of arguments|syntax error)/, '42601', 'syntax_error'],
  [/^ERR .*(not an integer|not a valid float|out of range|invalid cursor)/, '22P02', 'invalid_text_representation'],
  [/^ERR .*overflow/, '22003', 'numeric_value_out_of_range'],
  [/^ERR no such key|^NOGROUP/, '02000', 'no_data'],
  [/^BUSYGROUP/, '42710', 'duplicate_object'],
  [/^BUSYKEY/, '42710', 'duplicate_object'],
  [/^NOSCRIPT/, '26000', 'invalid_sql_statement_name'],
  [/^OOM/, '53200', 'out_of_memory'],
  [/^MISCONF/, '53100', 'disk_full'],
  [/^READONLY/, '25006', 'read_only_server'],
  [/^NOREPLICAS/, '55000', 'object_not_in_prerequisite_state'],
  [/^ERR/, '22023', 'invalid_parameter_value'],
];
/** It is the server or the account, not the command. */
const unavailable_words = new Set([
  'LOADING',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'MOVED',
  'ASK',
  'NOAUTH',
  'WRONGPASS',
  'BUSY',
]);
const script_wrote =
  /Write commands are not allowed from read-only scripts|Can not execute a command with 'write' flag/;

export interface ErrorContext {
  readonly source: string;
  readonly read_only: boolean;
  readonly limit_bytes: number;
}

/** A failed call as a catalogue error; what is no error of a server stays what it is. */
export function redisError(thrown: unknown, { source, read_only, limit_bytes }: ErrorContext): unknown {
  if (thrown instanceof ReplyTooLarge) return new ToolcribError('result_too_large', { params: { limit_bytes } });
  if (thrown instanceof ConnectionLost) return unavailable(source, thrown);
  if (!(thrown instanceof RedisError)) return thrown;
  if (unavailable_words.has(thrown.word)) return unavailable(source, thrown);
  if (read_only && script_wrote.test(thrown.message)) return new ToolcribError('write_refused', { cause: thrown });
  const [, sqlstate, condition] = conditions.find(([text]) => text.test(thrown.message)) ?? [/$/, 'XX000', 'error'];
  return new ToolcribError('statement_failed', { params: { sqlstate, condition }, cause: thrown });
}

/** The source cannot be reached; `retry_after_s` where it is known. */
export function unavailable(source: string, cause: unknown, retry_after_s?: number): ToolcribError {
  return new ToolcribError('source_unavailable', {
    params: { source },
    cause,
    ...(retry_after_s === undefined ? {} : { retry_after_s }),
  });
}

/** A command that no tool runs, found out only now. */
export function commandRefused(): ToolcribError {
  return new ToolcribError('statement_failed', { params: { sqlstate: '0A000', condition: 'feature_not_supported' } });
}
