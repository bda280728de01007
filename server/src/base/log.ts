// The structured log: one JSON line per event on standard error, with everything that looks like a secret removed.
import { pino } from 'pino';
import type { DestinationStream } from 'pino';
import { limits } from './limits.ts';
import { redact } from './redact.ts';

export interface Log {
  debug(event: string, fields?: Readonly<Record<string, unknown>>): void;
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** A log that writes to `destination` (standard error by default). */
export function createLog(options: { readonly level: LogLevel; readonly destination?: DestinationStream }): Log {
  const destination = options.destination ?? standardError((lines) => logger.warn({ lines }, 'log-lines-lost'));
  const logger = pino(
    { level: options.level, base: null, messageKey: 'event', formatters: { level: (label) => ({ level: label }) } },
    destination,
  );
  const write =
    (level: Exclude<LogLevel, 'silent'>) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      if (logger.isLevelEnabled(level)) logger[level](redact(fields) as object, event);
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/**
 * Standard error, without waiting for whoever reads it: a reader that stops would stop the server with it. Lines beyond the
 * bound are lost, and how many is the first thing that it is told then (attack A36).
 */
function standardError(tell: (lines: number) => void): DestinationStream {
  const stream = pino.destination({ dest: 2, sync: false, maxLength: limits.log_buffer_bytes });
  let lost = 0;
  stream.on('drop', () => (lost += 1));
  stream.on('drain', () => {
    if (lost === 0) return;
    const lines = lost;
    lost = 0;
    tell(lines);
  });
  return stream;
}
