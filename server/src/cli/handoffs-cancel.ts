// toolcrib handoffs cancel: the work is no longer wanted.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const handOffsCancelCommand: Command = {
  name: 'handoffs cancel',
  summary: 'Cancel a hand-off; a result that comes later is refused',
  words: 'ID',
  options: remoteOptions,
  run: async (input, io) => {
    const [id = ''] = input.words;
    const { tool, user } = await remote(handOffsCancelCommand, input).cancelHandOff(id);
    io.out(`Cancelled ${tool} of ${user.email}.\n`);
    return exit.done;
  },
};
