// toolcrib files get: fetches a file. It is written under the name that the server says only when that is a plain name, and
// never over a file that is there (attack A15).
import { open } from 'node:fs/promises';
import { fileName } from '../files/file-name.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const filesGetCommand: Command = {
  name: 'files get',
  summary: 'Fetch a file into this folder',
  words: 'ID',
  options: {
    ...remoteOptions,
    out: { value: 'FILE', description: 'Where to write instead; the file must not be there yet' },
  },
  run: async (input, io) => {
    const [id] = input.words;
    if (id === undefined || input.words.length > 1) throw wrongUsage(filesGetCommand, 'One id is needed');
    const client = remote(filesGetCommand, input);
    const { name } = await client.getFile(id);
    const path = input.options['out'] ?? fileName(name);
    if (path === undefined) throw wrongUsage(filesGetCommand, 'The name of the file is none: say where with --out');
    const content = await client.getFileContent(id);
    const file = await open(path, 'wx').catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
        throw wrongUsage(filesGetCommand, `${path} is there already`);
      throw wrongUsage(filesGetCommand, `${path} cannot be written`);
    });
    try {
      for await (const chunk of content) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
    io.err(`${path} is written.\n`);
    return exit.done;
  },
};
