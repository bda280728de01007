// The folders of packs below the configured ones: those with a manifest, however deep. What lies below a pack is the pack's.
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Fault } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { shownPath } from '../catalog/read-files.ts';

export const manifest_names: readonly string[] = ['manifest.yaml', 'manifest.yml'];

export interface FoundPacks {
  /** Absolute, in the order of the configured folders, then of their paths. */
  readonly folders: readonly string[];
  readonly faults: readonly Fault[];
}

/** Never throws. */
export async function findPacks(folders: readonly string[]): Promise<FoundPacks> {
  const found: string[] = [];
  const faults: Fault[] = [];
  for (const folder of folders) {
    try {
      await look(resolve(folder), found, 0);
    } catch (thrown) {
      const is_gone = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
      const message = is_gone ? 'there is no such folder' : 'the folder cannot be read';
      faults.push({ path: 'packs.folders', message, file: shownPath(resolve(folder)) });
    }
  }
  if (found.length > limits.packs) {
    faults.push({ path: 'packs.folders', message: `there are more than ${limits.packs} packs` });
  }
  return { folders: [...new Set(found)].slice(0, limits.packs), faults };
}

async function look(folder: string, found: string[], depth: number): Promise<void> {
  if (depth > limits.pack_depth || found.length > limits.packs) return;
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some(({ name }) => manifest_names.includes(name))) {
    found.push(folder);
    return;
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules' || !entry.isDirectory()) continue;
    await look(join(folder, entry.name), found, depth + 1);
  }
}
