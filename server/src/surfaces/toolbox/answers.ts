// What a call came to, in the shape that clients of the toolbox read: JSON text inside JSON.
import { STATUS_CODES } from 'node:http';
import type { ToolcribError } from '../../base/errors.ts';
import type { ToolResult } from '../../catalog/result.ts';
import { toPublicText } from '../error-text.ts';

/** `{"result":"<JSON text>"}`. That rows were cut is said beside it: clients ignore members that they do not know. */
export function resultText(result: ToolResult): string {
  if (result.kind !== 'rows') return wrap(result.kind === 'value' ? result.value : result.content);
  const { rows, affected_rows, truncated } = result;
  if (truncated === undefined) return wrap(affected_rows === undefined ? rows : [...rows, { affected_rows }]);
  return `${wrap(rows).slice(0, -1)},"truncated":${JSON.stringify(truncated)}}`;
}

function wrap(value: unknown): string {
  return `{"result":${JSON.stringify(JSON.stringify(value))}}`;
}

/** The peer's `status` and `error` texts, and what the catalogue says beside them. */
export function errorText(
  error: ToolcribError,
  {
    status = error.status,
    ...ids
  }: { readonly request_id: string; readonly call_id?: string; readonly status?: number },
): string {
  const { message: _inError, ...detail } = error.toPublic();
  return JSON.stringify({
    status: STATUS_CODES[status] ?? 'Error',
    error: toPublicText(error),
    ...detail,
    ...ids,
  });
}
