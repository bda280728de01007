// toolcrib policy remove: what is less exact counts again.
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { readSubject, subjectOptions } from './policy-subject.ts';
import { remote, remoteOptions } from './remote.ts';

export const policyRemoveCommand: Command = {
  name: 'policy remove',
  summary: 'Remove the policy of a tool or of a danger level',
  words: '',
  options: { ...remoteOptions, ...subjectOptions },
  run: async (input, io) => {
    const subject = readSubject(policyRemoveCommand, input);
    const client = remote(policyRemoveCommand, input);
    const { policies } = await client.listPolicies();
    const found = policies.find(({ tool, danger }) =>
      'tool' in subject ? tool === subject.tool : danger === subject.danger,
    );
    if (found === undefined) throw wrongUsage(policyRemoveCommand, 'There is no such policy', 'toolcrib policy list');
    await client.removePolicy(found.id);
    io.err('Removed.\n');
    return exit.done;
  },
};
