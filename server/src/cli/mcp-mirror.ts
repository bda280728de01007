// What the commands `toolcrib mcp …` have in common: how a mirror is shown, and how the operator reaches those of the server's own
// files, which no request of an API changes.
import type { Mirror, MirroredTool } from '@toolcrib/client';
import { processEnvironment } from '../base/config.ts';
import { createHttpClient } from '../base/http-client.ts';
import type { HttpClient } from '../base/http-client.ts';
import { nearHint } from '../base/nearest-names.ts';
import { createLog } from '../base/log.ts';
import type { NamedSource } from '../catalog/catalogue.ts';
import { isMirroring } from '../catalog/mirror.ts';
import { createMirrors } from '../definitions/mirror/create-mirrors.ts';
import type { Mirrors } from '../definitions/mirror/create-mirrors.ts';
import type { MirrorState } from '../definitions/mirror/mirror-state.ts';
import { loadTools } from '../load-tools.ts';
import { wrongUsage } from './command.ts';
import type { Command, CommandInput, Option } from './command.ts';
import { configOf } from './config-option.ts';
import { asOperator, operatorOptions } from './operator.ts';
import { remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const mirrorOptions: Readonly<Record<string, Option>> = {
  ...remoteOptions,
  server: {
    description:
      "As the operator, on the database: a source of the server's own files (the embedded database must be free)",
  },
  ...operatorOptions,
  json: { description: 'Print it as JSON' },
};

/** The name of the source, and the words after it. Throws `usage_invalid`. */
export function sourceOf(command: Command, { words }: CommandInput): readonly [string, readonly string[]] {
  const [source, ...more] = words;
  if (source === undefined) throw wrongUsage(command, 'The name of a source is needed');
  return [source, more];
}

interface OfServer {
  readonly mirrors: Mirrors;
  readonly http: HttpClient;
  readonly source: NamedSource;
}

/** Opens a source of the files and what is kept of it. */
export async function withServerMirror<T>(
  command: Command,
  input: CommandInput,
  work: (opened: OfServer) => Promise<T>,
): Promise<T> {
  const [name] = sourceOf(command, input);
  const config = configOf(input);
  return asOperator(input, async ({ store, clock, ids }) => {
    const log = createLog({ level: 'warn' });
    const http = createHttpClient({ allowed_private: config.allowed_private });
    const mirrors = createMirrors({ store, clock, ids, log, forgetIdentities: () => undefined });
    const catalogue = await loadTools(
      { config, clock, log, environment: processEnvironment },
      { store, http, mirrors },
    );
    try {
      const all = catalogue.current().sources.filter(({ source }) => isMirroring(source));
      const source = all.find((one) => one.name === name);
      if (source !== undefined) return await work({ mirrors, http, source });
      const names = all.map((one) => one.name);
      throw wrongUsage(command, `The files have no MCP server "${name}"`, nearHint(name, names));
    } finally {
      await catalogue.close();
      await mirrors.stop();
      await http.close();
    }
  });
}

export function stateAsMirror(
  source: string,
  state: (MirrorState & { readonly looked_at?: number }) | undefined,
): Mirror {
  const { tools = [], refused = [], looked_at } = state ?? {};
  return {
    ...{ source, of: 'server', refused },
    looked_at: looked_at === undefined ? null : new Date(looked_at).toISOString(),
    tools: tools.map(({ name, state: now, hash, definition, seen_hash, seen_definition }) => ({
      ...{ name, state: now, hash, accepted: definition, seen_hash, seen: seen_definition, changed: [] },
    })),
  };
}

export function showMirror(mirror: Mirror): string {
  const rows = mirror.tools.map((tool) => [tool.name, wordOf(tool), tool.seen_hash?.slice(0, 16) ?? '']);
  const waiting = mirror.tools.filter(({ seen_hash }) => seen_hash !== null);
  const details = waiting.map(({ name, accepted, seen }) =>
    [
      `\n${name}`,
      ...(accepted === null ? [] : [`  accepted: ${JSON.stringify(accepted)}`]),
      `  seen:     ${JSON.stringify(seen)}\n`,
    ].join('\n'),
  );
  const refused = mirror.refused.map(({ name, problem }) => `Left out: ${name} ${problem}\n`);
  const how =
    waiting.length === 0
      ? ''
      : `\nThe words above are the other server's. To accept one: toolcrib mcp approve ${mirror.source} TOOL=HASH\n`;
  return `${table(['tool', 'state', 'hash to approve'], rows)}${details.join('')}${refused.join('')}${how}`;
}

function wordOf({ state, hash }: MirroredTool): string {
  if (state === 'quarantined') return hash === null ? 'new, not accepted' : 'changed, quarantined';
  return state === 'gone' ? 'gone' : 'accepted';
}

/** `TOOL=HASH` with at least 16 digits of the hash, held against what was seen. Throws `usage_invalid`. */
export function readApprovals(
  command: Command,
  words: readonly string[],
  mirror: Mirror,
): readonly { readonly name: string; readonly hash: string }[] {
  if (words.length === 0)
    throw wrongUsage(command, 'At least one TOOL=HASH is needed', `toolcrib mcp status ${mirror.source}`);
  return words.map((word) => {
    const at = word.lastIndexOf('=');
    const [name, digits] = [word.slice(0, at), word.slice(at + 1)];
    const hash = mirror.tools.find((tool) => tool.name === name)?.seen_hash ?? undefined;
    if (digits.length >= 16 && hash?.startsWith(digits) === true) return { name, hash };
    throw wrongUsage(command, `${word} names nothing that waits`, `toolcrib mcp status ${mirror.source}`);
  });
}
