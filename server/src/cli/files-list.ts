// toolcrib files list: the caller's own files.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const filesListCommand: Command = {
  name: 'files list',
  summary: 'List your own files, newest first',
  words: '',
  options: remoteOptions,
  run: async (input, io) => {
    const client = remote(filesListCommand, input);
    const rows: (readonly string[])[] = [];
    let before: string | undefined;
    do {
      const { files, next } = await client.listFiles(before === undefined ? {} : { before });
      for (const file of files) {
        const { id, name, size_bytes, media_type, tool, created_at, expires_at } = file;
        rows.push([id, name, String(size_bytes), media_type, tool ?? 'you', created_at, expires_at ?? 'no']);
      }
      before = next;
    } while (before !== undefined);
    io.out(table(['id', 'name', 'bytes', 'type', 'by', 'saved', 'ends'], rows));
    return exit.done;
  },
};
