// The CLI: finds the command, reads its words, runs it, and shows what goes wrong as a person reads it.
import { errorCatalogue, toToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import { nearestNames } from '../base/nearest-names.ts';
import { ToolcribClientError } from '@toolcrib/client';
import { callCommand } from './call.ts';
import { checkCommand } from './check.ts';
import { exit, helpOf, readInput } from './command.ts';
import type { Command, Io } from './command.ts';
import { keyCreateCommand } from './key-create.ts';
import { migrateCommand } from './migrate.ts';
import { startCommand } from './start.ts';
import { tenantCreateCommand } from './tenant-create.ts';
import { toolsCommand } from './tools.ts';

export const commands: readonly Command[] = [
  startCommand,
  checkCommand,
  toolsCommand,
  callCommand,
  keyCreateCommand,
  tenantCreateCommand,
  migrateCommand,
];

/** Runs `toolcrib <argv>` and returns the exit code. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const found = commands.find(({ name }) => startsWith(argv, name.split(' ')));
  if (found === undefined) return overview(argv, io);
  const rest = argv.slice(found.name.split(' ').length);
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(helpOf(found));
    return exit.done;
  }
  try {
    return await found.run(readInput(found, rest), io);
  } catch (thrown) {
    return showError(thrown, io);
  }
}

function startsWith(argv: readonly string[], words: readonly string[]): boolean {
  return words.every((word, index) => argv[index] === word);
}

function overview(argv: readonly string[], io: Io): number {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}\n`).join('');
  const text = `Usage: toolcrib COMMAND …\n\n${list}\ntoolcrib COMMAND --help shows the options of a command.\n`;
  const [first] = argv;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    io.out(text);
    return exit.done;
  }
  const near = nearestNames(
    argv.slice(0, 2).join(' '),
    commands.map(({ name }) => name),
    1,
  );
  io.err(`There is no command "${first}".${near[0] === undefined ? '' : ` Did you mean "${near[0]}"?`}\n\n${text}`);
  return exit.usage;
}

/** The error as text on standard error; also its exit code. */
export function showError(thrown: unknown, io: Io): number {
  if (thrown instanceof ToolcribClientError) {
    const { message, hint, faults, code } = thrown.detail;
    io.err(`${message}\n${showFaults(faults ?? [])}${hint}\n[${code}]\n`);
    return code === 'arguments_invalid' ? exit.usage : exit.failed;
  }
  const error = toToolcribError(thrown);
  io.err(`${error.message}\n${showFaults(error.faults)}${error.hint}\n[${error.code}]\n`);
  if (error.code === 'internal') io.err(`${String((error.cause as Error | undefined)?.stack ?? error.cause)}\n`);
  return errorCatalogue[error.code].audience === 'caller' && error.code === 'usage_invalid' ? exit.usage : exit.failed;
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
