// toolcrib db migrate: brings the database up to this version. `start` does the same; this is for doing it beforehand.
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';
import { asOperator, operatorOptions } from './operator.ts';

export const dbMigrateCommand: Command = {
  name: 'db migrate',
  summary: "Bring the server's database up to this version",
  words: '',
  options: operatorOptions,
  run: async (input, io) => {
    if (input.words.length > 0) throw wrongUsage(dbMigrateCommand, 'There are no words after "db migrate"');
    await asOperator(input, async ({ store }) => store.ping());
    io.out('The database is up to date.\n');
    return exit.done;
  },
};
