// What every method of the SDK rejects with.
import type { PublicError } from './wire.ts';

/** An answer that is an error. `code` is permanent; see docs/errors.md. */
export class ToolcribClientError extends Error {
  readonly code: string;
  /** HTTP status; 0 when the server could not be reached. */
  readonly status: number;
  readonly detail: PublicError;
  readonly request_id: string | undefined;

  constructor(status: number, detail: PublicError, request_id?: string, cause?: unknown) {
    super(detail.message, cause === undefined ? undefined : { cause });
    this.name = 'ToolcribClientError';
    this.code = detail.code;
    this.status = status;
    this.detail = detail;
    this.request_id = request_id;
  }
}
