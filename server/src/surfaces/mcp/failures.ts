// Errors of the catalogue as JSON-RPC errors: what is wrong with the request itself, or with the server. What went wrong
// in a tool is a result (results.ts).
import type { ErrorCode, ToolcribError } from '../../base/errors.ts';
import { failure } from './protocol.ts';
import type { Failure } from './protocol.ts';

/** Errors of a call that are not the tool's: no model can mend them, the program or its operator must. */
const requestErrors: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unauthenticated',
  'forbidden',
  'tool_not_found',
  'toolset_not_found',
  'call_cancelled',
  'audit_unavailable',
  'database_unavailable',
  'stopping',
  'internal',
]);

export function isRequestError(error: ToolcribError): boolean {
  return requestErrors.has(error.code);
}

export function toFailure(error: ToolcribError): Failure {
  return { ...failureOf(error), error };
}

function failureOf(error: ToolcribError): Failure {
  const message = `${error.message} ${error.hint}`.trim();
  const data = error.toPublic();
  switch (error.code) {
    case 'tool_not_found':
    case 'prompt_not_found':
    case 'resource_not_found':
    case 'arguments_invalid':
      // The specification's own example of a protocol error: inside an answer that HTTP calls fine.
      return failure({ status: 200, code: 'invalid_params' }, message, data);
    case 'toolset_not_found':
      return failure({ status: 404, code: 'invalid_params' }, message, data);
    case 'body_invalid':
      return failure({ status: 400, code: 'parse' }, message, data);
    case 'internal':
      return failure({ status: 500, code: 'internal' }, message, data);
    default:
      return failure({ status: error.status, code: 'server' }, message, data);
  }
}
