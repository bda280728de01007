// toolcrib files delete: deletes a file; its links end with it.
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const filesDeleteCommand: Command = {
  name: 'files delete',
  summary: 'Delete a file; its links end with it',
  words: 'ID',
  options: remoteOptions,
  run: async (input, io) => {
    const [id] = input.words;
    if (id === undefined || input.words.length > 1) throw wrongUsage(filesDeleteCommand, 'One id is needed');
    const { deleted } = await remote(filesDeleteCommand, input).deleteFile(id);
    io.err(`${deleted} is deleted.\n`);
    return exit.done;
  },
};
