// The words that name a definition on the command line.
import { definitionEntities } from '../definitions/definition.ts';
import type { DefinitionKey } from '../definitions/definition.ts';
import { wrongUsage } from './command.ts';
import type { Command, CommandInput } from './command.ts';

/** Throws `usage_invalid`. */
export function definitionWords(command: Command, { words }: CommandInput): DefinitionKey {
  const [sort, name, ...more] = words;
  const entity = definitionEntities.find((one) => one === sort);
  if (entity === undefined || name === undefined || more.length > 0) {
    throw wrongUsage(command, 'What it is and its name are needed');
  }
  return { entity, name };
}
