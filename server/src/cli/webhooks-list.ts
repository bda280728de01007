// toolcrib webhooks list: messages about the end of interactions and how far they have come.
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const webhooksListCommand: Command = {
  name: 'webhooks list',
  summary: "List webhooks and their delivery: of your own calls; as an admin everybody's",
  words: '',
  options: { ...remoteOptions, json: { description: 'Print them whole as JSON' } },
  run: async (input, io) => {
    if (input.words.length > 0) throw wrongUsage(webhooksListCommand, 'No words are needed');
    const { deliveries } = await remote(webhooksListCommand, input).listWebhookDeliveries();
    if (input.switches.has('json')) io.out(`${JSON.stringify(deliveries, undefined, 2)}\n`);
    else {
      const rows = deliveries.map((one) => [
        ...[one.created_at, one.tool, one.host, one.status ?? '', one.state, String(one.attempts), one.problem ?? ''],
      ]);
      io.out(table(['asked', 'tool', 'host', 'ended', 'state', 'attempts', 'problem'], rows));
    }
    return exit.done;
  },
};
