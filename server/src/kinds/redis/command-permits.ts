// Whether the server itself calls a command one that reads: asked with COMMAND INFO, because modules bring commands of their
// own and versions differ. The list of redis-commands.ts is the first wall, this is the second.
import type { Clock } from '../../base/clock.ts';
import { ToolcribError } from '../../base/errors.ts';
import type { JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import {
  containerCommands,
  harmlessCommands,
  isScript,
  readingCommands,
  readingScripts,
  refusedCommands,
  refusedFlags,
  waits,
  writingCommands,
} from './redis-commands.ts';
import { commandRefused } from './redis-errors.ts';
import { RedisError } from './resp-reader.ts';

/** Sends a command on the connection of the call. */
type Send = (args: readonly string[]) => Promise<JsonValue>;

interface Known {
  /** What the server says; undefined when it does not tell accounts like ours. */
  readonly flags: ReadonlySet<string> | undefined;
  readonly until: number;
}

export class CommandPermits {
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws `write_refused` or `statement_failed` for a command that may not be run. */
  async check(args: readonly string[], read_only: boolean, send: Send): Promise<void> {
    const command = (args[0] ?? '').toLowerCase();
    if (refusedCommands.has(command) || waits(args))
      throw read_only ? new ToolcribError('write_refused') : commandRefused();
    if (read_only && writingCommands.has(command)) throw new ToolcribError('write_refused');
    const flags = await this.#flags(command, args[1] ?? '', send);
    if (read_only && !reads(command, flags)) throw new ToolcribError('write_refused');
    if (isKnown(command) || flags === undefined) return;
    if ([...flags].some((flag) => refusedFlags.has(flag))) throw commandRefused();
  }

  async #flags(command: string, subcommand: string, send: Send): Promise<Known['flags']> {
    const name = containerCommands.has(command) ? `${command}|${subcommand.toLowerCase()}` : command;
    const now = this.#clock.monotonic();
    const known = this.#known.get(name);
    if (known !== undefined && now < known.until) return known.flags;
    const flags = await askFlags(command, name, send);
    // Names come from files, save for the words after a container, of which there are few that exist.
    if (this.#known.size >= limits.source_statements) this.#known.clear();
    this.#known.set(name, { flags, until: now + limits.source_age_ms });
    return flags;
  }
}

async function askFlags(command: string, name: string, send: Send): Promise<Known['flags']> {
  try {
    const answer = await send(['COMMAND', 'INFO', name, command]);
    const [exact, container] = listOf(answer);
    // Before Redis 7 only the command itself is known.
    return flagsOf(exact) ?? flagsOf(container) ?? new Set();
  } catch (thrown) {
    if (thrown instanceof RedisError && thrown.word === 'NOPERM') return undefined;
    throw thrown;
  }
}

function flagsOf(entry: JsonValue | undefined): ReadonlySet<string> | undefined {
  const flags = listOf(entry)[2];
  return flags === undefined ? undefined : new Set(listOf(flags).map(String));
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function reads(command: string, flags: Known['flags']): boolean {
  if (harmlessCommands.has(command) || readingScripts.has(command)) return true;
  if (flags === undefined) return readingCommands.has(command) && !containerCommands.has(command);
  return flags.has('readonly') && !flags.has('write');
}

/** Commands of the lists, whose flags are no surprise: XREAD is `blocking`, PUBLISH is `pubsub`, EVAL is `noscript`. */
function isKnown(command: string): boolean {
  return (
    readingCommands.has(command) || harmlessCommands.has(command) || writingCommands.has(command) || isScript(command)
  );
}
