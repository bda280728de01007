// toolcrib explain: whose credential a call of a tool would use, and why, without calling it.
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const explainCommand: Command = {
  name: 'explain',
  summary: 'Say whose credential a call of a tool would use, and why',
  words: 'TOOL',
  options: {
    ...remoteOptions,
    user: { value: 'ID', description: 'For another member; admins only' },
    json: { description: 'Print the whole plan as JSON' },
  },
  run: async (input, io) => {
    const [tool, ...more] = input.words;
    if (tool === undefined || more.length > 0) throw wrongUsage(explainCommand, 'One name of a tool is needed');
    const { user } = input.options;
    const plan = await remote(explainCommand, input).plan(tool, user === undefined ? {} : { user_id: user });
    if (input.switches.has('json')) {
      io.out(`${JSON.stringify(plan, undefined, 2)}\n`);
      return exit.done;
    }
    io.out(`${plan.decision} (${plan.rule}): ${plan.reason}\n`);
    for (const { system, strategies } of plan.connect ?? []) io.out(`  ${system}: ${strategies.join(', ')}\n`);
    if (plan.candidates.length > 0) {
      io.out('\n');
      io.out(
        table(
          ['name', 'system', 'kind', 'scope', 'account', 'usable', 'id'],
          plan.candidates.map(({ name, system, strategy, scope, account, why_not, id }) => [
            ...[name, system, strategy, scope],
            account ?? '',
            why_not ?? 'yes',
            id,
          ]),
        ),
      );
    }
    return exit.done;
  },
};
