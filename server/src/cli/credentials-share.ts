// toolcrib credentials share: lets every member use a credential, or takes it back.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { findCredential } from './find-credential.ts';
import { remote, remoteOptions } from './remote.ts';

export const credentialsShareCommand: Command = {
  name: 'credentials share',
  summary: 'Let every member of the tenant use a credential of yours, or take it back',
  words: 'NAME|ID',
  options: { ...remoteOptions, private: { description: 'Take it back: only you may use it' } },
  run: async (input, io) => {
    const client = remote(credentialsShareCommand, input);
    const { id } = await findCredential(credentialsShareCommand, client, input);
    const { name, scope } = await client.updateCredential(id, {
      scope: input.switches.has('private') ? 'private' : 'shared',
    });
    io.err(scope === 'shared' ? `Every member may use "${name}".\n` : `Only you may use "${name}".\n`);
    return exit.done;
  },
};
