// The manifest of a pack by its code, for commands that need nothing else of it: no module of a pack is run.
import type { Environment } from '../catalog/decoding.ts';
import { findPacks } from './find-packs.ts';
import type { Manifest } from './manifest.ts';
import { readManifest } from './read-manifest.ts';
import { readPackFiles } from './read-pack-files.ts';

/** Undefined when there is none, or none that is good. */
export async function findManifest(
  folders: readonly string[],
  code: string,
  environment: Environment,
): Promise<Manifest | undefined> {
  const found = await findPacks(folders);
  for (const folder of found.folders) {
    const { manifest } = readManifest(await readPackFiles(folder), environment);
    if (manifest?.code === code) return manifest;
  }
  return undefined;
}
