// toolcrib webhooks secret: what webhooks of the tenant are signed with; with --rotate a new one.
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const webhooksSecretCommand: Command = {
  name: 'webhooks secret',
  summary: 'Print what webhooks are signed with',
  words: '',
  options: {
    ...remoteOptions,
    rotate: { description: 'Make a new one; the one before signs beside it for a day' },
  },
  run: async (input, io) => {
    if (input.words.length > 0) throw wrongUsage(webhooksSecretCommand, 'No words are needed');
    const client = remote(webhooksSecretCommand, input);
    const { secret, previous_until } = input.switches.has('rotate')
      ? await client.rotateWebhookSecret()
      : await client.getWebhookSecret();
    io.out(`${secret}\n`);
    if (previous_until !== null) io.err(`The one before signs too, until ${previous_until}.\n`);
    return exit.done;
  },
};
