// The configuration files behind a path: the file itself, or the YAML files of a folder and the folders in it.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Fault } from '../base/errors.ts';
import { limits } from '../base/limits.ts';

export interface TextFile {
  /** Absolute. */
  readonly path: string;
  /** As faults name it: relative to the working folder where it lies in it. */
  readonly shown: string;
  readonly text: string;
}

export interface TextFiles {
  readonly files: readonly TextFile[];
  readonly faults: readonly Fault[];
}

/** Reads the file, or the folder's files in the order of their paths. Never throws. */
export async function readFiles(path: string): Promise<TextFiles> {
  const absolute = resolve(path);
  try {
    if ((await stat(absolute)).isDirectory()) return await readFolder(absolute);
  } catch (thrown) {
    return { files: [], faults: [unreadable(absolute, thrown)] };
  }
  return readOne(absolute);
}

async function readFolder(folder: string): Promise<TextFiles> {
  const paths = (await listFolder(folder, 0)).toSorted();
  if (paths.length === 0) return { files: [], faults: [fault(folder, 'the folder holds no file *.yaml or *.yml')] };
  if (paths.length > limits.config_files) {
    return { files: [], faults: [fault(folder, `the folder holds more than ${limits.config_files} files`)] };
  }
  const files: TextFile[] = [];
  const faults: Fault[] = [];
  for (const path of paths) {
    const read = await readOne(path);
    files.push(...read.files);
    faults.push(...read.faults);
  }
  return { files, faults };
}

/** Hidden entries are left out: mounted configuration keeps its copies there. Links to files count as files. */
async function listFolder(folder: string, depth: number): Promise<readonly string[]> {
  if (depth > limits.config_depth) return [];
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) found.push(...(await listFolder(path, depth + 1)));
    else if (/\.ya?ml$/i.test(entry.name)) found.push(path);
    if (found.length > limits.config_files) break;
  }
  return found;
}

async function readOne(path: string): Promise<TextFiles> {
  try {
    const { size } = await stat(path);
    const bytes = size > limits.config_file_bytes ? undefined : await readFile(path);
    if (bytes === undefined || bytes.length > limits.config_file_bytes) {
      return {
        files: [],
        faults: [fault(path, `the file is larger than ${limits.config_file_bytes} bytes`, 'Split it.')],
      };
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { files: [{ path, shown: shownPath(path), text }], faults: [] };
  } catch (thrown) {
    return { files: [], faults: [unreadable(path, thrown)] };
  }
}

function unreadable(path: string, thrown: unknown): Fault {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  switch (code) {
    case 'ENOENT':
      return fault(path, 'there is no such file or folder');
    case 'EACCES':
      return fault(path, 'the file may not be read', 'Check its permissions.');
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return fault(path, 'the file is not UTF-8 text');
    default:
      return fault(path, `the file cannot be read${typeof code === 'string' ? ` (${code})` : ''}`);
  }
}

function fault(path: string, message: string, hint?: string): Fault {
  return { path: '', message, ...(hint === undefined ? {} : { hint }), file: shownPath(path) };
}

function shownPath(path: string): string {
  const shown = relative('', path);
  return shown.startsWith('..') ? path : shown;
}
