// What a result code of SQLite (sqlite.org/rescode.html) means for the caller, in the words of SQL.
import { ToolcribError } from '../../base/errors.ts';
import { SqliteError } from './sqlite-process.ts';

interface Condition {
  readonly sqlstate: string;
  readonly condition: string;
}

// Extended codes first, then the primary ones.
const conditions: Readonly<Record<number, Condition>> = {
  275: { sqlstate: '23514', condition: 'check_violation' },
  787: { sqlstate: '23503', condition: 'foreign_key_violation' },
  1299: { sqlstate: '23502', condition: 'not_null_violation' },
  1555: { sqlstate: '23505', condition: 'unique_violation' },
  2067: { sqlstate: '23505', condition: 'unique_violation' },
  1: { sqlstate: '42000', condition: 'syntax_error_or_access_rule_violation' },
  5: { sqlstate: '55P03', condition: 'lock_not_available' },
  6: { sqlstate: '55P03', condition: 'lock_not_available' },
  7: { sqlstate: '53200', condition: 'out_of_memory' },
  13: { sqlstate: '53100', condition: 'disk_full' },
  18: { sqlstate: '54000', condition: 'program_limit_exceeded' },
  19: { sqlstate: '23000', condition: 'integrity_constraint_violation' },
  20: { sqlstate: '42804', condition: 'datatype_mismatch' },
  23: { sqlstate: '42501', condition: 'insufficient_privilege' },
};

const read_only = 8;
/** Cannot read, is damaged, cannot be opened, is no database. */
const unusable = new Set([10, 11, 14, 26]);

/** Any failure of a run as a catalogue error. */
export function sqliteError(thrown: unknown, source: string): ToolcribError {
  if (thrown instanceof ToolcribError) return thrown;
  const code = thrown instanceof SqliteError ? thrown.code : undefined;
  if (code === undefined || unusable.has(code & 0xff)) {
    return new ToolcribError('source_unavailable', { params: { source }, cause: thrown });
  }
  if ((code & 0xff) === read_only) return new ToolcribError('write_refused', { cause: thrown });
  const { sqlstate, condition } = conditions[code] ??
    conditions[code & 0xff] ?? { sqlstate: 'XX000', condition: 'internal_error' };
  return new ToolcribError('statement_failed', { params: { sqlstate, condition }, cause: thrown });
}
