// toolcrib members list: the people and service accounts of the tenant.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const membersListCommand: Command = {
  name: 'members list',
  summary: 'List the members of your tenant',
  words: '',
  options: { ...remoteOptions, json: { description: 'Print them as JSON' } },
  run: async (input, io) => {
    const { members } = await remote(membersListCommand, input).listMembers();
    if (input.switches.has('json')) io.out(`${JSON.stringify(members, undefined, 2)}\n`);
    else {
      const rows = members.map(({ email, name, role, kind, created_at }) => [email, name, role, kind, created_at]);
      io.out(table(['email', 'name', 'role', 'kind', 'since'], rows));
    }
    return exit.done;
  },
};
