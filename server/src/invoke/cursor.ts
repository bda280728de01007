// The cursor of a cut answer: how many rows of which call the caller has. Opaque to callers and no secret: it only passes
// over rows that its holder may read anyway. It belongs to one tool, version and arguments, so that a mistake is noticed.
import { hash } from 'node:crypto';
import { ToolcribError } from '../base/errors.ts';
import { canonicalJson } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import type { RowsResult } from '../catalog/result.ts';
import type { Tool } from '../catalog/tool.ts';

/** The rows that the caller has. Throws `cursor_invalid`. */
export function readCursor(cursor: string, tool: Tool, args: unknown): number {
  const [, digits = '', digest] = /^(\d{1,9})\.([\w-]{22})$/.exec(cursor) ?? [];
  if (digest === undefined) throw invalid('it is not a cursor');
  if (digest !== digestOf(tool, args)) throw invalid('the tool, its version or the arguments are others');
  if (!tool.read_only) throw invalid('a tool that writes cannot be continued');
  return Number(digits);
}

/** The same answer with a cursor to go on with, where it was cut and can be continued. */
export function withCursor(result: RowsResult, tool: Tool, call: { args: unknown; skip_rows: number }): RowsResult {
  const { truncated, rows } = result;
  const seen = call.skip_rows + rows.length;
  // An answer without a row would come again and again: its first row alone is over the limit.
  if (truncated === undefined || rows.length === 0 || !tool.read_only || seen > limits.cursor_rows) return result;
  return { ...result, truncated: { ...truncated, cursor: `${seen}.${digestOf(tool, call.args)}` } };
}

function digestOf({ name, version }: Tool, args: unknown): string {
  return hash('sha256', canonicalJson([name, version, args ?? {}]), 'base64url').slice(0, 22);
}

function invalid(problem: string): ToolcribError {
  return new ToolcribError('cursor_invalid', { params: { problem } });
}
