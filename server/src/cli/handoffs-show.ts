// toolcrib handoffs show: one hand-off with its history and its result.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const handOffsShowCommand: Command = {
  name: 'handoffs show',
  summary: 'Show a hand-off with its history and its result',
  words: 'ID',
  options: { ...remoteOptions, json: { description: 'Print it whole as JSON' } },
  run: async (input, io) => {
    const [id = ''] = input.words;
    const one = await remote(handOffsShowCommand, input).getHandOff(id);
    if (input.switches.has('json')) {
      io.out(`${JSON.stringify(one, undefined, 2)}\n`);
      return exit.done;
    }
    const { tool, client, user, status, state, history, result } = one;
    io.out(table(['tool', 'application', 'person', 'status', 'state'], [[tool, client, user.email, status, state]]));
    io.out(
      `\n${table(
        ['at', 'from', 'to', ''],
        history.map(({ at, from, to, refused }) => [at, from, to, refused ?? '']),
      )}`,
    );
    if (result !== undefined) io.out(`\n${JSON.stringify(result.data, undefined, 2)}\n`);
    return exit.done;
  },
};
