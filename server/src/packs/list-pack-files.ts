// The files whose change is a change of a pack, for whoever watches them.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../base/limits.ts';
import type { Listed } from '../catalog/read-files.ts';

/** Every file below a folder of packs, with the folders that were looked into. Never throws. */
export async function listPackFiles(folder: string): Promise<Listed> {
  const files: string[] = [];
  const folders: string[] = [];
  const most = limits.packs * 20;
  const look = async (at: string, depth: number): Promise<void> => {
    // A pack may lie as deep as packs are looked for, and is as deep as one may be.
    if (depth > limits.pack_depth * 2 || files.length > most || folders.length > most) return;
    const entries = await readdir(at, { withFileTypes: true });
    folders.push(at);
    for (const entry of entries) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const path = join(at, entry.name);
      if (entry.isDirectory()) await look(path, depth + 1).catch(() => undefined);
      else files.push(path);
    }
  };
  try {
    await look(folder, 0);
  } catch {
    return { kind: 'fault', fault: { path: '', message: 'the folder cannot be read' }, is_gone: true };
  }
  return { kind: 'files', files: files.toSorted(), folders };
}
