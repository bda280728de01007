// The configuration files that are there now, each with what is known of it from the load before.
import { dirname, resolve } from 'node:path';
import type { Fault } from '../base/errors.ts';
import type { FileVersion } from './file-version.ts';
import type { ConfigFile } from './link-files.ts';
import { readFiles, shownPath } from './read-files.ts';
import type { FileContent } from './read-files.ts';
import type { ToolScope } from './tool.ts';
import type { Outcome } from './broken-level.ts';

/** A file, or a folder with its *.yaml and *.yml files, and for whom what it defines is. */
export interface CatalogueFile {
  readonly path: string;
  readonly scope: ToolScope;
  /** Where its relative paths start; by default its own folder. */
  readonly base_folder?: string;
}

/** What is remembered of a file from one load to the next. */
export interface KnownFile {
  readonly file: ConfigFile;
  readonly outcome: Outcome;
  /** The text that was refused. */
  readonly refused: FileVersion | undefined;
}

export interface Found {
  readonly file: ConfigFile;
  readonly content: FileContent | { readonly kind: 'as before' };
  readonly known: KnownFile | undefined;
}

export interface AllFound {
  /** In the order of the inputs, then of the paths. */
  readonly found: readonly Found[];
  /** Of the configured paths themselves. */
  readonly faults: readonly Fault[];
  /** Of paths and files, as faults name them: the order in which faults are told. */
  readonly shown: readonly string[];
}

/** Reads the files. Those whose absolute path is `unsettled` are taken as they were. */
export async function findFiles(
  inputs: readonly CatalogueFile[],
  known: readonly KnownFile[],
  unsettled: ReadonlySet<string>,
): Promise<AllFound> {
  const found: Found[] = [];
  const faults: Fault[] = [];
  const shown: string[] = [];
  for (const [input, { path, scope, base_folder }] of inputs.entries()) {
    const read = await readFiles(path);
    const of_input = new Map(known.filter(({ file }) => file.input === input).map((one) => [one.file.path, one]));
    const here = new Map<string, Found>();
    for (const { content, ...file } of read.files) {
      if (unsettled.has(file.path)) continue;
      const found_file = { ...file, input, scope, base_folder: base_folder ?? dirname(file.path) };
      here.set(file.path, { file: found_file, content, known: of_input.get(file.path) });
    }
    for (const one of of_input.values()) {
      const { file } = one;
      const is_kept = unsettled.has(file.path) || (!read.is_complete && !here.has(file.path));
      if (is_kept) here.set(file.path, { file, content: { kind: 'as before' }, known: one });
    }
    const absolute = resolve(path);
    if (!unsettled.has(absolute)) faults.push(...read.faults);
    const sorted = [...here.values()].toSorted((a, b) => (a.file.path < b.file.path ? -1 : 1));
    found.push(...sorted);
    shown.push(shownPath(absolute), ...sorted.map(({ file }) => file.shown));
  }
  return { found, faults, shown };
}
