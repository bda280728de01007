// toolcrib handoffs list: work that people do in other applications.
import { handOffStatuses } from '@toolcrib/client';
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const handOffsListCommand: Command = {
  name: 'handoffs list',
  summary: 'List hand-offs: your own, or everybody’s if you manage them',
  words: '',
  options: {
    ...remoteOptions,
    tool: { value: 'TOOL', description: 'Only of this tool' },
    status: { value: 'STATUS', description: `Only in this status: ${handOffStatuses.join(', ')}` },
    json: { description: 'Print them whole as JSON' },
  },
  run: async (input, io) => {
    const { tool, status: wanted } = input.options;
    const status = handOffStatuses.find((one) => one === wanted);
    if (wanted !== undefined && status === undefined) {
      throw wrongUsage(handOffsListCommand, `There is no status ${wanted}`, `One of ${handOffStatuses.join(', ')}`);
    }
    const filter = { ...(tool === undefined ? {} : { tool }), ...(status === undefined ? {} : { status }) };
    const { handoffs } = await remote(handOffsListCommand, input).listHandOffs(filter);
    if (input.switches.has('json')) io.out(`${JSON.stringify(handoffs, undefined, 2)}\n`);
    else {
      const rows = handoffs.map((one) => [one.id, one.tool, one.user.email, one.status, one.state, one.created_at]);
      io.out(table(['id', 'tool', 'person', 'status', 'state', 'since'], rows));
    }
    return exit.done;
  },
};
