// toolcrib credentials test: whether an account works; the exit code says it too.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { findCredential } from './find-credential.ts';
import { remote, remoteOptions } from './remote.ts';

export const credentialsTestCommand: Command = {
  name: 'credentials test',
  summary: 'Try a credential where it would be used',
  words: 'NAME|ID',
  options: remoteOptions,
  run: async (input, io) => {
    const client = remote(credentialsTestCommand, input);
    const { id } = await findCredential(credentialsTestCommand, client, input);
    const { success, message } = await client.testCredential(id);
    io.out(`${message}\n`);
    return success ? exit.done : exit.failed;
  },
};
