// toolcrib variables set: the value comes from standard input or a file, never from the command line, which other users of
// the machine can see.
import { readFile, stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { limits } from '../base/limits.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command, Option } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const tenantSwitch: Option = { description: "The tenant's variable instead of your own; admins only" };

export const variablesSetCommand: Command = {
  name: 'variables set',
  summary: 'Set a secret variable to what standard input or a file says',
  words: 'NAME',
  options: {
    ...remoteOptions,
    file: { value: 'FILE', description: 'File with the value; else it is read from standard input' },
    tenant: tenantSwitch,
  },
  run: async (input, io) => {
    const [name] = input.words;
    if (name === undefined || input.words.length > 1) {
      const hint = 'toolcrib variables set NAME < FILE';
      throw wrongUsage(variablesSetCommand, 'One name is needed, and the value from standard input or --file', hint);
    }
    const client = remote(variablesSetCommand, input);
    const { file } = input.options;
    const value = file === undefined ? await text(process.stdin) : await readValue(file);
    // The end of the last line belongs to the file, not to the secret.
    const scope = input.switches.has('tenant') ? 'tenant' : 'person';
    await client.setVariable(name, { value: value.replace(/\r?\n$/, ''), scope });
    io.err(`${name} is set.\n`);
    return exit.done;
  },
};

async function readValue(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw wrongUsage(variablesSetCommand, 'The file cannot be read');
  if (found.size > limits.variable_characters * 4) throw wrongUsage(variablesSetCommand, 'The file is too large');
  return readFile(file, 'utf8');
}
