// toolcrib migrate: turns tool files from the map format into the flat one, where they are. Each is written whole or not at all.
import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Fault } from '../base/errors.ts';
import { migrateText } from '../catalog/migrate-text.ts';
import { readFiles } from '../catalog/read-files.ts';
import type { FoundFile } from '../catalog/read-files.ts';
import { exit, wrongUsage } from './command.ts';
import type { Command, Io } from './command.ts';
import { showFaults } from './show-error.ts';

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'Turn tool files from the map format into the flat one, keeping comments',
  words: 'FILE or FOLDER …',
  options: { 'dry-run': { description: 'Print what the files would hold instead of writing them' } },
  run: async ({ words, switches }, io) => {
    if (words.length === 0) {
      const problem = 'A file or folder is needed. The database is brought up to date by "toolcrib db migrate"';
      throw wrongUsage(migrateCommand, problem);
    }
    const faults: Fault[] = [];
    for (const path of words) {
      const found = await readFiles(path);
      faults.push(...found.faults);
      for (const file of found.files) faults.push(...(await migrate(file, switches.has('dry-run'), io)));
    }
    if (faults.length > 0) io.err(`Not converted, because of ${faults.length} fault(s):\n${showFaults(faults)}`);
    return faults.length === 0 ? exit.done : exit.failed;
  },
};

/** Converts one file, or tells why it stays as it is. */
async function migrate({ path, shown, content }: FoundFile, is_dry: boolean, io: Io): Promise<readonly Fault[]> {
  if (content.kind === 'unreadable') return [content.fault];
  const migrated = migrateText(content.text, shown);
  switch (migrated.kind) {
    case 'refused':
      return migrated.faults;
    case 'unchanged':
      if (is_dry) io.out(content.text);
      io.err(`${shown}: is in the flat format already\n`);
      return [];
    case 'migrated':
      if (is_dry) io.out(migrated.text);
      else await replaceFile(path, migrated.text);
      io.err(`${shown}: ${is_dry ? 'would be' : 'is'} converted\n`);
      return [];
  }
}

/** Writes beside the file and moves into its place: whoever reads it sees the old text or the new one. Links stay links. */
async function replaceFile(path: string, text: string): Promise<void> {
  const target = await realpath(path);
  const { mode, uid, gid } = await stat(target);
  const fresh = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(fresh, 'wx', mode);
    try {
      // The mask of the process would take rights away. Only the superuser may give a file away; others own it already.
      await file.chmod(mode);
      await file.chown(uid, gid).catch(() => undefined);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, target);
  } catch (thrown) {
    await rm(fresh, { force: true });
    throw thrown;
  }
}
