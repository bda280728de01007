// toolcrib members set-role: gives a member another role.
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { memberNamed } from './member-named.ts';
import { remote, remoteOptions } from './remote.ts';

export const membersSetRoleCommand: Command = {
  name: 'members set-role',
  summary: 'Give a member another role',
  words: 'ADDRESS ROLE',
  options: remoteOptions,
  run: async (input, io) => {
    const [email, role] = input.words;
    if (email === undefined || role === undefined || input.words.length > 2) {
      throw wrongUsage(membersSetRoleCommand, 'An address and a role are needed');
    }
    const client = remote(membersSetRoleCommand, input);
    const { user_id } = await memberNamed(membersSetRoleCommand, client, email);
    const changed = await client.changeMember(user_id, { role });
    io.out(`${changed.email} is ${changed.role} now.\n`);
    return exit.done;
  },
};
