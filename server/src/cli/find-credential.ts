// Which credential the words of a command mean: an id, or a name that only one of them has.
import type { Credential, ToolcribClient } from '@toolcrib/client';
import { nearestNames } from '../base/nearest-names.ts';
import { wrongUsage } from './command.ts';
import type { Command, CommandInput } from './command.ts';

/** Throws `usage_invalid`. */
export async function findCredential(
  command: Command,
  client: ToolcribClient,
  { words }: Pick<CommandInput, 'words'>,
): Promise<Credential> {
  const [word, ...more] = words;
  if (word === undefined || more.length > 0) throw wrongUsage(command, 'One name or id of a credential is needed');
  const { credentials } = await client.listCredentials();
  const found = credentials.filter(({ id, name }) => id === word || name === word);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (found.length > 1)
    throw wrongUsage(command, `${found.length} credentials have this name`, 'toolcrib credentials list');
  const [near] = nearestNames(
    word,
    credentials.map(({ name }) => name),
    1,
  );
  throw wrongUsage(command, 'There is no such credential', near ?? 'toolcrib credentials list');
}
