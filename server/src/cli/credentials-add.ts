// toolcrib credentials add: the secrets come from standard input or from what is typed unseen, never from the command line,
// which other users of the machine can see.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { NewCredentialBody } from '@toolcrib/client';
import { exit, wrongUsage } from './command.ts';
import type { Command, CommandInput, Io } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

const strategies = ['token', 'username_password', 'custom'] as const;
type Strategy = (typeof strategies)[number];

export const credentialsAddCommand: Command = {
  name: 'credentials add',
  summary: 'Add a credential of your own; its secrets are asked for, or read from standard input',
  words: 'NAME --system SYSTEM',
  options: {
    ...remoteOptions,
    system: { value: 'SYSTEM', description: 'Which kind of account: github, or the name of a source' },
    kind: {
      value: strategies.join('|'),
      description: 'In which way the account is given; token unless said otherwise',
    },
    field: { value: 'NAME', repeatable: true, description: 'Of kind custom: a secret that it has' },
    shared: { description: 'Every member of the tenant may use it' },
  },
  run: async (input, io) => {
    const [name, ...more] = input.words;
    const { system, kind = 'token' } = input.options;
    if (name === undefined || more.length > 0) throw wrongUsage(credentialsAddCommand, 'The credential needs one name');
    if (system === undefined) throw wrongUsage(credentialsAddCommand, '--system is missing');
    const strategy = strategies.find((one) => one === kind);
    if (strategy === undefined) throw wrongUsage(credentialsAddCommand, `There is no kind "${kind}"`);
    const client = remote(credentialsAddCommand, input);
    const body: NewCredentialBody = {
      ...{ name, system, strategy },
      scope: input.switches.has('shared') ? 'shared' : 'private',
      fields: await readFields(fieldNames(strategy, input), io),
    };
    const { id } = await client.createCredential(body);
    io.err('The secrets are sealed; nobody can read them again.\n');
    io.out(`${id}\n`);
    return exit.done;
  },
};

function fieldNames(strategy: Strategy, { lists }: CommandInput): readonly string[] {
  if (strategy === 'token') return ['token'];
  if (strategy === 'username_password') return ['user', 'password'];
  const names = lists['field'] ?? [];
  if (names.length === 0) throw wrongUsage(credentialsAddCommand, 'Of kind custom, --field names each secret');
  return names;
}

/** From a terminal one after the other, unseen; else one line of standard input for each. */
async function readFields(names: readonly string[], io: Io): Promise<Record<string, string>> {
  const values = process.stdin.isTTY ? await askFor(names, io) : linesOf(await text(process.stdin), names);
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}

/** The only secret may have several lines, such as a key; of several each has one. */
function linesOf(given: string, names: readonly string[]): readonly string[] {
  const whole = given.replace(/\r?\n$/, '');
  if (names.length === 1) return [whole];
  const lines = whole.split(/\r?\n/);
  if (lines.length === names.length) return lines;
  throw wrongUsage(credentialsAddCommand, `Standard input needs ${names.length} lines: ${names.join(', ')}`);
}

async function askFor(names: readonly string[], io: Io): Promise<readonly string[]> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: unseen, terminal: true });
  const values: string[] = [];
  try {
    for (const name of names) {
      io.err(`${name}: `);
      values.push(await reader.question(''));
      io.err('\n');
    }
  } finally {
    reader.close();
  }
  return values;
}
