// toolcrib handoffs signing-secret: with what a client that the tenant has defined signs the results that it pushes.
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const handOffsSigningSecretCommand: Command = {
  name: 'handoffs signing-secret',
  summary: 'Make what a client of hand-offs that you have defined signs pushed results with; the one before ends',
  words: 'NAME',
  options: { ...remoteOptions, remove: { description: 'Delete it instead: the client can push no more' } },
  run: async (input, io) => {
    const [name] = input.words;
    if (name === undefined || input.words.length > 1) {
      throw wrongUsage(handOffsSigningSecretCommand, 'The name of one source is needed');
    }
    const client = remote(handOffsSigningSecretCommand, input);
    if (input.switches.has('remove')) {
      await client.deleteSigningSecret(name);
      io.err(`The client ${name} can push results no more.\n`);
      return exit.done;
    }
    const { signing_secret } = await client.createSigningSecret(name);
    io.err('The secret is shown this once.\n');
    io.out(`${signing_secret}\n`);
    return exit.done;
  },
};
