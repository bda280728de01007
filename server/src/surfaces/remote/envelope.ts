// What a call came to, as the contract of remote tools writes it: `{success, result | error, timestamp}`.
import type { ToolcribError } from '../../base/errors.ts';
import { writeJson } from '../../base/json.ts';
import type { ToolResult } from '../../catalog/result.ts';

export function successText(result: ToolResult, timestamp: string): string {
  return `{"success":true,"result":${writeJson(resultOf(result))},"timestamp":"${timestamp}"}`;
}

/** A value is itself; rows and content have a name, so that what belongs to them has a place beside them. */
function resultOf(result: ToolResult): unknown {
  switch (result.kind) {
    case 'value':
      return result.value;
    case 'content':
      return { content: result.content };
    case 'rows': {
      const { rows, affected_rows, truncated } = result;
      return {
        rows,
        ...(affected_rows === undefined ? {} : { affected_rows }),
        ...(truncated === undefined ? {} : { truncated }),
      };
    }
  }
}

/** The code is one of our catalogue; whatever else is known of the error stands in its details. */
export function failureText(
  error: ToolcribError,
  { timestamp, ...ids }: { readonly timestamp: string; readonly request_id: string; readonly call_id?: string },
): string {
  const { code, message, ...details } = error.toPublic();
  // An adapter of this contract shows the message and may know nothing of details: what to do next is in it.
  const words = `${message} ${details.hint}`.trim();
  const body = {
    success: false,
    error: { code, message: words, details: { ...details, ...ids } },
    timestamp,
  };
  return JSON.stringify(body);
}
