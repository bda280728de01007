// The only error that is thrown on purpose: an entry of the catalogue with what belongs to this one occurrence.
import type { Fault, InteractionOffer, PublicError, ServiceError } from '@toolcrib/client';

import { errorCatalogue } from './error-catalogue.ts';

export type { Fault } from '@toolcrib/client';

export type ErrorCode = keyof typeof errorCatalogue;

export interface ErrorOptions {
  /** Fills the placeholders of the catalogue's texts. Public. */
  readonly params?: Readonly<Record<string, string | number>>;
  readonly faults?: readonly Fault[];
  readonly retry_after_s?: number;
  /** What another service has said, bounded and cleaned (kinds/remote/service-words.ts). Public. */
  readonly service_error?: ServiceError;
  /** What a person must do before the same call can go on. */
  readonly interaction?: InteractionOffer;
  /** The technical cause: goes to the log, never to a caller. */
  readonly cause?: unknown;
}

/** The only error that is thrown on purpose. Branch on `code`, never on the text. */
export class ToolcribError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly faults: readonly Fault[];
  readonly retry_after_s: number | undefined;
  readonly service_error: ServiceError | undefined;
  readonly interaction: InteractionOffer | undefined;

  constructor(code: ErrorCode, options: ErrorOptions = {}) {
    const entry = errorCatalogue[code];
    super(fill(entry.message, options.params), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ToolcribError';
    this.code = code;
    this.hint = fill(entry.hint, options.params);
    this.faults = options.faults ?? [];
    this.retry_after_s = options.retry_after_s;
    this.service_error = options.service_error;
    this.interaction = options.interaction;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  get retryable(): boolean {
    return errorCatalogue[this.code].retryable;
  }

  toPublic(): PublicError {
    return {
      code: this.code,
      message: this.message,
      hint: this.hint,
      retryable: this.retryable,
      ...(this.retry_after_s === undefined ? {} : { retry_after_s: this.retry_after_s }),
      ...(this.faults.length === 0 ? {} : { faults: this.faults }),
      ...(this.service_error === undefined ? {} : { service_error: this.service_error }),
      ...(this.interaction === undefined ? {} : { interaction: this.interaction }),
    };
  }
}

/** Any thrown value as a catalogue error; what is not ours becomes `internal` with the original as cause. */
export function toToolcribError(thrown: unknown): ToolcribError {
  return thrown instanceof ToolcribError ? thrown : new ToolcribError('internal', { cause: thrown });
}

function fill(text: string, params: ErrorOptions['params']): string {
  return text.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) => String(params?.[name] ?? placeholder));
}
