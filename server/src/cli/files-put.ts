// toolcrib files put: keeps a file of this machine on the server.
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { limits } from '../base/limits.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const filesPutCommand: Command = {
  name: 'files put',
  summary: 'Save a file of this machine on the server',
  words: 'FILE',
  options: {
    ...remoteOptions,
    name: { value: 'NAME', description: "What it is called there; the file's own name by default" },
    type: { value: 'TYPE', description: 'Its media type, e.g. text/csv; by default just bytes' },
    'expires-in-days': { value: 'N', description: 'Delete it after this long; by default it is kept' },
  },
  run: async (input, io) => {
    const [path] = input.words;
    if (path === undefined || input.words.length > 1) throw wrongUsage(filesPutCommand, 'One file is needed');
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true) throw wrongUsage(filesPutCommand, 'The file cannot be read');
    if (found.size > limits.file_bytes) {
      throw wrongUsage(filesPutCommand, `The file is larger than ${limits.file_bytes} bytes`);
    }
    const { name = basename(path), type = 'application/octet-stream' } = input.options;
    const saved = await remote(filesPutCommand, input).saveFile(new Uint8Array(await readFile(path)), {
      ...{ name, media_type: type },
      ...expiryOf(input.options['expires-in-days']),
    });
    io.out(`${saved.id}\n`);
    return exit.done;
  },
};

function expiryOf(days: string | undefined): { readonly expires_in_s?: number } {
  if (days === undefined) return {};
  if (!/^[1-9]\d{0,2}$/.test(days)) throw wrongUsage(filesPutCommand, '--expires-in-days needs a number of days');
  return { expires_in_s: Number(days) * 24 * 60 * 60 };
}
