// toolcrib members remove: a member goes, with every way in and every private credential of theirs.
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { memberNamed } from './member-named.ts';
import { remote, remoteOptions } from './remote.ts';

export const membersRemoveCommand: Command = {
  name: 'members remove',
  summary: 'Remove a member: keys, sessions and private credentials end, the shared ones become yours',
  words: 'ADDRESS',
  options: remoteOptions,
  run: async (input, io) => {
    const [email] = input.words;
    if (email === undefined || input.words.length > 1) throw wrongUsage(membersRemoveCommand, 'One address is needed');
    const client = remote(membersRemoveCommand, input);
    const member = await memberNamed(membersRemoveCommand, client, email);
    await client.removeMember(member.user_id);
    io.out(`${member.email} is no member any more.\n`);
    return exit.done;
  },
};
