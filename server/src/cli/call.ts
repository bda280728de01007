// toolcrib call: one call of a tool; the result alone on standard output.
import { readFileSync } from 'node:fs';
import type { CallAnswer, CallArguments, InteractionOffer, ToolResult } from '@toolcrib/client';
import { ToolcribError } from '../base/errors.ts';
import { isJsonObject } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { parseJson } from '../base/parse-json.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command, Io } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';
import { visible } from './terminal.ts';

export const callCommand: Command = {
  name: 'call',
  summary: 'Call a tool and print its result',
  words: 'NAME [\'{"argument": value}\']',
  options: {
    ...remoteOptions,
    cursor: { value: 'CURSOR', description: 'Go on after the last row of an answer that was cut' },
    token: {
      value: 'SERVICE=@FILE',
      repeatable: true,
      description:
        'File with the token of an auth service, or the token itself, which other users of the machine can see',
    },
    'no-wait': { description: 'Do not wait when a person must act first: fail with the link' },
    output: { value: 'json|table', description: 'Form of the result; json unless said otherwise' },
  },
  run: async (input, io) => {
    const [name, text = '{}', ...more] = input.words;
    const { output = 'json' } = input.options;
    if (name === undefined || more.length > 0) throw wrongUsage(callCommand, 'One name and one JSON object are needed');
    if (output !== 'json' && output !== 'table') throw wrongUsage(callCommand, `There is no output form "${output}"`);
    const { cursor } = input.options;
    const options = {
      tokens: readTokens(input.lists['token'] ?? []),
      ...(cursor === undefined ? {} : { cursor }),
      ...(input.switches.has('no-wait') ? {} : { onInteraction: tellOf(io) }),
    };
    show(await remote(callCommand, input).callTool(name, readArguments(text), options), output, io);
    return exit.done;
  },
};

/** The link for the person, who may be at another machine: nothing is opened here. */
function tellOf(io: Io): (offer: InteractionOffer) => void {
  return ({ message, url, expires_at }) =>
    io.err(`${visible(message)}\n\n  ${visible(url)}\n\nWaiting until ${expires_at}; Ctrl-C to stop.\n`);
}

/** Exactly, like the server: no digit of a large integer is lost. Throws `usage_invalid`. */
function readArguments(text: string): CallArguments {
  try {
    const args = parseJson(Buffer.from(text), limits.json_depth);
    if (isJsonObject(args)) return args;
  } catch (thrown) {
    const [fault] = thrown instanceof ToolcribError ? thrown.faults : [];
    if (fault !== undefined) throw wrongUsage(callCommand, `In the arguments, at ${fault.path}: ${fault.message}`);
  }
  throw wrongUsage(callCommand, 'The arguments are not a JSON object');
}

/** By service. Throws `usage_invalid`. */
function readTokens(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const [, service, value] = /^([\w.-]+)=(.+)$/s.exec(word) ?? [];
      if (service === undefined || value === undefined) throw wrongUsage(callCommand, '--token needs SERVICE=@FILE');
      return [service, value.startsWith('@') ? readToken(value.slice(1)) : value];
    }),
  );
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw wrongUsage(callCommand, `The token file ${file} cannot be read`);
  }
}

function show({ result }: CallAnswer, output: 'json' | 'table', io: Io): void {
  if (result.kind === 'rows' && result.truncated !== undefined) {
    const { limit, by, cursor } = result.truncated;
    const more = cursor === undefined ? '' : ` Go on with --cursor ${cursor}`;
    io.err(`The result was cut at ${limit} ${by}.${more}\n`);
  }
  if (output === 'table' && result.kind === 'rows') {
    const names = result.columns.map(({ name }) => name);
    const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
    io.out(
      table(
        names,
        result.rows.map((row) => names.map((name) => text(row[name] ?? null))),
      ),
    );
  } else io.out(`${JSON.stringify(bare(result), undefined, 2)}\n`);
}

/** What a program wants to read: the rows, or how many were changed, or the value. */
function bare(result: ToolResult): unknown {
  switch (result.kind) {
    case 'rows':
      return result.columns.length === 0 ? { affected_rows: result.affected_rows ?? 0 } : result.rows;
    case 'value':
      return result.value;
    case 'content':
      return result.content;
  }
}
