// Which failures of the driver mean that the database is away, and which are answers of the database.
import { DatabaseError } from 'pg';
import { ToolcribError } from '../base/errors.ts';

/**
 * SQLSTATE classes and codes that say nothing about the statement: connection (08), authorization (28), unknown
 * database (3D), resources (53), shutdown and cancel by timeout (57), read-only after a failover (25006), idle too long (25P03).
 */
const awayStates = /^(08|28|3D|53|57)|^25006$|^25P03$/;

/** What a call of the driver threw, as `database_unavailable` when the database is away; its own answers stay as they are. */
export function asStoreError(error: unknown): unknown {
  if (error instanceof ToolcribError) return error;
  if (error instanceof DatabaseError && !awayStates.test(error.code ?? '')) return error;
  return new ToolcribError('database_unavailable', { cause: error });
}

/** The same of a statement with values that came with a request: a text with NUL, which no column takes, is the caller's fault. */
export function asStatementError(error: unknown): unknown {
  if (!(error instanceof DatabaseError) || error.code !== '22021') return asStoreError(error);
  const problem = 'a text in it has a character that cannot be stored';
  return new ToolcribError('body_invalid', { params: { problem }, cause: error });
}

/** Whether an error of a statement is a broken unique constraint, of that name if one is given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return (
    error instanceof DatabaseError &&
    error.code === '23505' &&
    (constraint === undefined || error.constraint === constraint)
  );
}

/** Whether the database refuses the data itself, so that the same statement can never succeed (classes 22 and 23). */
export function isRefusedData(error: unknown): boolean {
  return error instanceof DatabaseError && /^2[23]/.test(error.code ?? '');
}
