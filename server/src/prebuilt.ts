// The ready-made sets of tools that come with the server: `--prebuilt postgres`. They are tool files like any other.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ToolcribError } from './base/errors.ts';
import type { Fault } from './base/errors.ts';
import { nearHint } from './base/nearest-names.ts';
import type { CatalogueFile } from './catalog/find-files.ts';

const folder = new URL('../prebuilt/', import.meta.url);

/** The names of all sets, sorted. */
export function prebuiltNames(): readonly string[] {
  return readdirSync(folder)
    .flatMap((file) => (file.endsWith('.yaml') ? [file.slice(0, -'.yaml'.length)] : []))
    .toSorted();
}

/** The files of these sets, for everyone on this server. Throws `config_invalid`. */
export function prebuiltFiles(names: readonly string[]): readonly CatalogueFile[] {
  const known = prebuiltNames();
  const faults = names.flatMap((name): readonly Fault[] => {
    if (known.includes(name)) return [];
    return [{ path: 'prebuilt', message: `There is no ready-made set "${name}"`, hint: nearHint(name, known) }];
  });
  if (faults.length > 0) throw new ToolcribError('config_invalid', { params: { count: faults.length }, faults });
  return [...new Set(names)].map((name) => ({
    path: fileURLToPath(new URL(`${name}.yaml`, folder)),
    scope: { kind: 'system' },
    // Whoever names a file in a variable means it from where the server is started.
    base_folder: process.cwd(),
  }));
}
