// The structured log: one JSON line per event on standard error, with everything that looks like a secret removed.
import { pino } from 'pino';
import type { DestinationStream } from 'pino';

export interface Log {
  debug(event: string, fields?: Readonly<Record<string, unknown>>): void;
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const secretField = /(pass(word|wd)?|secret|token|authorization|api[-_]?key|cookie|credential|private)/i;
// Keys, sessions and other texts of our own, master keys, bearer values, and the user part of a database URL.
const secretText = /t[csion]_[0-9a-z]{10,}_[0-9a-z]+|tk_[\w-]{40,}|\bBearer\s+\S+|(?<=:\/\/)[^\s/@]+(?=@)/gi;
const removed = '[removed]';

/** A copy of a log value without secrets: by field name, and by shape inside texts. Depth is bounded. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replaceAll(secretText, removed);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 6) return '[too deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, secretField.test(key) ? removed : redact(item, depth + 1)]),
  );
}

function redactError(error: Error, depth: number): unknown {
  const { code } = error as { code?: unknown };
  return {
    name: error.name,
    message: redact(error.message),
    ...(code === undefined ? {} : { code }),
    stack: redact(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

/** A log that writes to `destination` (standard error by default). */
export function createLog(options: { readonly level: LogLevel; readonly destination?: DestinationStream }): Log {
  const logger = pino(
    { level: options.level, base: null, messageKey: 'event', formatters: { level: (label) => ({ level: label }) } },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
  const write =
    (level: Exclude<LogLevel, 'silent'>) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      if (logger.isLevelEnabled(level)) logger[level](redact(fields) as object, event);
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
