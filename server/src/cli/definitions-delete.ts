// toolcrib definitions delete: removes a definition that no other one needs.
import { definitionWords } from './definition-words.ts';
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const definitionsDeleteCommand: Command = {
  name: 'definitions delete',
  summary: 'Delete a definition of your tenant',
  words: 'source|tool|toolset NAME',
  options: remoteOptions,
  run: async (input, io) => {
    const { entity, name } = definitionWords(definitionsDeleteCommand, input);
    await remote(definitionsDeleteCommand, input).deleteDefinition(entity, name);
    io.err(`The ${entity} ${name} is deleted.\n`);
    return exit.done;
  },
};
