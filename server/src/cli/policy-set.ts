// toolcrib policy set: says when calls of a tool, or of a danger level, need a yes.
import { policyActions } from '../interactions/policies.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { readSubject, subjectOptions } from './policy-subject.ts';
import { remote, remoteOptions } from './remote.ts';

export const policySetCommand: Command = {
  name: 'policy set',
  summary:
    'Say whether calls run at once (allow), after a yes (ask), after the yes of another person (four_eyes) or never (refuse)',
  words: policyActions.join('|'),
  options: { ...remoteOptions, ...subjectOptions },
  run: async (input, io) => {
    const [word, ...more] = input.words;
    const action = policyActions.find((one) => one === word);
    if (action === undefined || more.length > 0) throw wrongUsage(policySetCommand, 'One action is needed');
    const { tool, danger } = await remote(policySetCommand, input).setPolicy({
      ...readSubject(policySetCommand, input),
      action,
    });
    io.err(`${tool === null ? `Calls of danger level ${danger ?? ''}` : `Calls of ${tool}`}: ${action}.\n`);
    return exit.done;
  },
};
