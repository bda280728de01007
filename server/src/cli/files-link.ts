// toolcrib files link: makes a link with which anybody can fetch a file for a while.
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const filesLinkCommand: Command = {
  name: 'files link',
  summary: 'Make a link with which anybody can fetch a file for a while',
  words: 'ID',
  options: {
    ...remoteOptions,
    'expires-in-minutes': { value: 'N', description: 'How long it can be used; a day by default and at most' },
  },
  run: async (input, io) => {
    const [id] = input.words;
    if (id === undefined || input.words.length > 1) throw wrongUsage(filesLinkCommand, 'One id is needed');
    const minutes = input.options['expires-in-minutes'];
    if (minutes !== undefined && !/^[1-9]\d{0,3}$/.test(minutes)) {
      throw wrongUsage(filesLinkCommand, '--expires-in-minutes needs a number of minutes');
    }
    const body = minutes === undefined ? {} : { expires_in_s: Number(minutes) * 60 };
    const { url, expires_at } = await remote(filesLinkCommand, input).linkFile(id, body);
    io.out(`${url}\n`);
    io.err(`Whoever has the link can fetch the file until ${expires_at}.\n`);
    return exit.done;
  },
};
