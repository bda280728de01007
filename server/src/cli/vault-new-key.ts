// toolcrib vault new-key: makes a master key. The one command that may show a key, and only a new one that goes to no file.
import { addToKeyFile } from '../credentials/vault/key-file.ts';
import { makeMasterKey, parseMasterKey } from '../credentials/vault/master-key.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command } from './command.ts';

export const vaultNewKeyCommand: Command = {
  name: 'vault new-key',
  summary: 'Make a master key: as the first of a file of keys, which a running server then uses, or shown once',
  words: '',
  options: { file: { value: 'FILE', description: 'File of keys to add it to; made when it is not there' } },
  run: async (input, io) => {
    if (input.words.length > 0) throw wrongUsage(vaultNewKeyCommand, 'A new key takes no words');
    const key = makeMasterKey();
    const { id } = parseMasterKey(key, 'the new key');
    const { file } = input.options;
    if (file === undefined) io.out(`${key}\n`);
    else await addToKeyFile(file, key);
    const place = file === undefined ? '' : ` is now the first of ${file}`;
    io.err(
      `Master key ${id}${place}. Keep a copy where no backup of the database is: without it every secret is lost.\n`,
    );
    return exit.done;
  },
};
