// What a command of the CLI is, and how its words are read.
import { parseArgs } from 'node:util';
import { ToolcribError } from '../base/errors.ts';
import { nearestNames } from '../base/nearest-names.ts';

export interface Command {
  /** As typed: `key create`. */
  readonly name: string;
  readonly summary: string;
  /** The words after the name: `NAME [JSON]`. */
  readonly words: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Does the work and returns the exit code. */
  readonly run: (input: CommandInput, io: Io) => Promise<number>;
}

export interface Option {
  /** What stands for its value in the help, e.g. `FILE`; absent: a switch. */
  readonly value?: string;
  readonly repeatable?: boolean;
  readonly description: string;
}

export interface CommandInput {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | undefined>>;
  readonly switches: ReadonlySet<string>;
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** Results go to `out` alone, everything said about them to `err`. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
}

/** Exit codes (sysexits where they fit): 0 done, 1 failed, 2 wrong words or input. */
export const exit = { done: 0, failed: 1, usage: 2 } as const;

/** Reads the words after the command's name. Throws `usage_invalid`. */
export function readInput(command: Command, argv: readonly string[]): CommandInput {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, option]) => [
      name,
      { type: option.value === undefined ? ('boolean' as const) : ('string' as const), multiple: true },
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const words: string[] = [];
  const values: Record<string, string> = {};
  const switches = new Set<string>();
  const lists: Record<string, string[]> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(command.options, token.name) ? command.options[token.name] : undefined;
    if (option === undefined)
      throw wrongUsage(command, `There is no option ${token.rawName}`, near(command, token.name));
    if (option.value === undefined) switches.add(token.name);
    else if (token.value === undefined || token.value === '') {
      throw wrongUsage(command, `${token.rawName} needs a value: ${token.rawName} ${option.value}`);
    } else if (option.repeatable === true) (lists[token.name] ??= []).push(token.value);
    else values[token.name] = token.value;
  }
  return { words, options: values, switches, lists };
}

export function wrongUsage(command: Command, problem: string, hint?: string): ToolcribError {
  return new ToolcribError('usage_invalid', {
    params: { problem, usage: hint ?? `toolcrib ${command.name} ${command.words}`.trim() },
  });
}

function near(command: Command, name: string): string {
  const [best] = nearestNames(name, Object.keys(command.options), 1);
  return best === undefined ? `toolcrib ${command.name} --help` : `--${best}`;
}

/** The help of one command. */
export function helpOf(command: Command): string {
  const rows = Object.entries(command.options).map(([name, option]) => ({
    left: `  --${name}${option.value === undefined ? '' : ` ${option.value}`}`,
    right: `${option.description}${option.repeatable === true ? ' (may be repeated)' : ''}`,
  }));
  const width = Math.max(0, ...rows.map(({ left }) => left.length)) + 2;
  const options = rows.map(({ left, right }) => `${left.padEnd(width)}${right}\n`).join('');
  return `${command.summary}\n\nUsage: toolcrib ${command.name} ${command.words}\n${options === '' ? '' : `\n${options}`}`;
}
