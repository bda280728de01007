// toolcrib credentials list: one's own and the shared ones; no secrets, since none ever comes out.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';
import { table } from './table.ts';

export const credentialsListCommand: Command = {
  name: 'credentials list',
  summary: 'List your credentials and the shared ones',
  words: '',
  options: {
    ...remoteOptions,
    system: { value: 'SYSTEM', description: 'Only those of this system' },
    json: { description: 'Print them whole as JSON' },
  },
  run: async (input, io) => {
    const { system } = input.options;
    const { credentials } = await remote(credentialsListCommand, input).listCredentials(
      system === undefined ? {} : { system },
    );
    if (input.switches.has('json')) io.out(`${JSON.stringify(credentials, undefined, 2)}\n`);
    else {
      io.out(
        table(
          ['name', 'system', 'kind', 'scope', 'status', 'last used', 'id'],
          credentials.map(({ name, system: of, strategy, scope, status, details, id }) => [
            ...[name, of, strategy, scope, status],
            details === undefined ? '' : (details.last_used_at ?? 'never'),
            id,
          ]),
        ),
      );
    }
    return exit.done;
  },
};
