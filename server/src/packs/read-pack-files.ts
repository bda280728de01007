// The files of one pack, read once: what is loaded, checked and compared. A link that leads out of the pack is a fault, and
// no other file of the machine is ever read (attack A15).
import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Fault } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { shownPath } from '../catalog/read-files.ts';
import type { FencedFiles } from './module-fence.ts';

export interface PackFiles extends FencedFiles {
  /** As faults name it. */
  readonly shown: string;
  /** Changes exactly when one of the files does. */
  readonly hash: string;
  readonly faults: readonly Fault[];
}

/** Files that the server uses; others are left alone. */
const used = /\.(ts|js|mjs|json|ya?ml|md)$/;

/** Never throws. `folder` must be absolute. */
export async function readPackFiles(folder: string): Promise<PackFiles> {
  const reading: Reading = { root: folder, files: new Map(), faults: [], bytes: 0 };
  const shown = shownPath(folder);
  try {
    reading.root = await realpath(folder);
    await readFolder(reading, reading.root, 0);
  } catch {
    reading.faults.push({ path: '', message: 'the folder cannot be read', file: shown });
  }
  const sorted = [...reading.files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash('sha256');
  for (const [path, content] of sorted) hash.update(`${path}\0${content.length}\0`).update(content);
  for (const { message, file } of reading.faults) hash.update(`${file ?? ''} ${message}`);
  const { root, faults } = reading;
  return { folder: root, shown, files: new Map(sorted), hash: hash.digest('hex'), faults };
}

interface Reading {
  root: string;
  readonly files: Map<string, Buffer>;
  readonly faults: Fault[];
  bytes: number;
}

async function readFolder(reading: Reading, folder: string, depth: number): Promise<void> {
  if (depth > limits.pack_depth)
    return tell(reading, folder, `the folders of a pack are nested more than ${depth - 1} deep`);
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    if (reading.files.size >= limits.pack_files) {
      return tell(reading, folder, `the pack has more than ${limits.pack_files} files`);
    }
    if (entry.isDirectory()) await readFolder(reading, path, depth + 1);
    else if (used.test(entry.name)) await readOne(reading, path);
  }
}

async function readOne(reading: Reading, path: string): Promise<void> {
  try {
    const real = await realpath(path);
    if (!real.startsWith(join(reading.root, '/'))) return tell(reading, path, 'a link that leads out of the pack');
    const { size } = await stat(real);
    // Told once: what comes after it is not read either.
    if (reading.bytes > limits.pack_bytes) return;
    reading.bytes += size;
    if (reading.bytes > limits.pack_bytes) {
      return tell(reading, path, `the files of the pack are larger than ${limits.pack_bytes} bytes together`);
    }
    reading.files.set(relative(reading.root, path).replaceAll('\\', '/'), await readFile(real));
  } catch {
    // What goes while the folder is read was not there; a link to nothing is a fault.
    if (await isLink(path)) tell(reading, path, 'a link that leads nowhere');
  }
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

function tell({ faults }: Reading, path: string, message: string): void {
  faults.push({ path: '', message, file: shownPath(path) });
}
