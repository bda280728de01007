// The structured log: one JSON line per event on standard error, with everything that looks like a secret removed.
import { pino } from 'pino';
import type { DestinationStream } from 'pino';
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
