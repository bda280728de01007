// toolcrib migrate: brings the database up to this version. `start` does the same; this is for doing it beforehand.
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { asOperator, operatorOptions } from './operator.ts';

export const migrateCommand: Command = {
  name: 'migrate',
  summary: "Bring the server's database up to this version",
  words: '',
  options: operatorOptions,
  run: async (input, io) => {
    await asOperator(input, async ({ store }) => store.ping());
    io.out('The database is up to date.\n');
    return exit.done;
  },
};
