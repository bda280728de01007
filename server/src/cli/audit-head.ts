// toolcrib audit head: the last record of the audit as an anchor, to be noted where nobody of the server can change it.
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const auditHeadCommand: Command = {
  name: 'audit head',
  summary: 'Print the head of the audit as an anchor: SEQ:HASH',
  words: '',
  options: { ...remoteOptions },
  run: async (input, io) => {
    if (input.words.length > 0) throw wrongUsage(auditHeadCommand, 'It takes no words');
    const { seq, hash } = await remote(auditHeadCommand, input).auditHead();
    io.out(`${seq}:${hash}\n`);
    return exit.done;
  },
};
