// What a function of a pack throws to tell its caller something. Anything else that it throws is told to nobody.

export interface ToolErrorOptions {
  /** Whether the same call may succeed later. */
  readonly retryable?: boolean;
  /** Seconds after which it may. */
  readonly retry_after_s?: number;
  /** The technical cause: goes to the log alone. */
  readonly cause?: unknown;
}

/** Marks errors of this class, also when a process has loaded the class twice. */
export const tool_error = Symbol.for('toolcrib.tool-error');

/**
 * An error that the caller is told of: `code` (letters, digits, `_`, `.`, `-`) and `message` reach them, no more of it.
 *
 * The code `credential_refused` says that the service has refused the caller's account and has done nothing: the account is
 * renewed where that is possible, and the call is made once more.
 *
 * @example
 * throw new ToolError('channel_not_found', `There is no channel "${channel}".`);
 */
export class ToolError extends Error {
  readonly [tool_error] = true;
  readonly code: string;
  readonly retryable: boolean;
  readonly retry_after_s: number | undefined;

  constructor(code: string, message: string, options: ToolErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ToolError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retry_after_s = options.retry_after_s;
  }
}
