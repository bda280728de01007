// toolcrib credentials delete: ends a credential here and, for a grant of OAuth, at its provider.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { findCredential } from './find-credential.ts';
import { remote, remoteOptions } from './remote.ts';

export const credentialsDeleteCommand: Command = {
  name: 'credentials delete',
  summary: 'Delete a credential; a grant is ended at its provider too',
  words: 'NAME|ID',
  options: remoteOptions,
  run: async (input, io) => {
    const client = remote(credentialsDeleteCommand, input);
    const { id, name } = await findCredential(credentialsDeleteCommand, client, input);
    const { receipt } = await client.deleteCredential(id);
    io.err(`"${name}" is deleted.\n`);
    if (receipt.instructions !== null) io.err(`${receipt.instructions}\n`);
    io.out(`${receipt.outcome}\n`);
    return exit.done;
  },
};
