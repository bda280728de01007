// What a person reads on the terminal when something goes wrong.
import { ToolcribClientError } from '@toolcrib/client';
import type { ServiceError } from '@toolcrib/client';
import { errorCatalogue } from '../base/error-catalogue.ts';
import { toToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import { exit } from './command.ts';
import type { Io } from './command.ts';
import { visibleLines } from './terminal.ts';

/** The error as text on standard error; also its exit code. */
export function showError(thrown: unknown, io: Io): number {
  if (thrown instanceof ToolcribClientError) {
    const { message, hint, faults, code, service_error } = thrown.detail;
    io.err(visibleLines(`${message}\n${showFaults(faults ?? [])}${wordsOf(service_error)}${hint}\n[${code}]\n`));
    return code === 'arguments_invalid' ? exit.usage : exit.failed;
  }
  const error = toToolcribError(thrown);
  io.err(visibleLines(`${error.message}\n${showFaults(error.faults)}${error.hint}\n[${error.code}]\n`));
  if (error.code === 'internal') io.err(`${String((error.cause as Error | undefined)?.stack ?? error.cause)}\n`);
  return errorCatalogue[error.code].audience === 'caller' && error.code === 'usage_invalid' ? exit.usage : exit.failed;
}

/** What another service has said, as a quotation. */
function wordsOf(service_error: ServiceError | undefined): string {
  return service_error === undefined || service_error.message === ''
    ? ''
    : `  The service says: ${JSON.stringify(service_error.message)}\n`;
}

/** One line per fault: `tools.yaml:12:5 tools.search.kind: message (hint)`. */
export function showFaults(faults: readonly Fault[]): string {
  return faults
    .map(({ file, line, column, path, message, hint }) => {
      const place = [file, line, column].filter((part) => part !== undefined).join(':');
      const where = [place, path].filter((part) => part !== '').join(' ');
      return `  ${where}: ${message}${hint === undefined ? '' : ` (${hint})`}\n`;
    })
    .join('');
}
