// toolcrib definitions show: one definition with its fields, as JSON.
import { definitionWords } from './definition-words.ts';
import { exit } from './command.ts';
import type { Command } from './command.ts';
import { remote, remoteOptions } from './remote.ts';

export const definitionsShowCommand: Command = {
  name: 'definitions show',
  summary: 'Show a definition of your tenant',
  words: 'source|tool|toolset NAME',
  options: remoteOptions,
  run: async (input, io) => {
    const { entity, name } = definitionWords(definitionsShowCommand, input);
    const definition = await remote(definitionsShowCommand, input).getDefinition(entity, name);
    io.out(`${JSON.stringify(definition, undefined, 2)}\n`);
    return exit.done;
  },
};
