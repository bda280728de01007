// The configuration files behind a path: the file itself, or the YAML files of a folder and the folders in it.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Fault } from '../base/errors.ts';
import { limits } from '../base/limits.ts';

export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  /** As faults name it: relative to the working folder where it lies in it. */
  readonly shown: string;
  readonly content: FileContent;
}

export type FileContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly fault: Fault };

export interface FoundFiles {
  /** In the order of their paths. */
  readonly files: readonly FoundFile[];
  /** Of the path itself. */
  readonly faults: readonly Fault[];
  /** False when it cannot be known which files there are. */
  readonly is_complete: boolean;
}

/** Reads the file, or the folder's files in the order of their paths. Never throws. */
export async function readFiles(path: string): Promise<FoundFiles> {
  const absolute = resolve(path);
  const listed = await listFiles(absolute);
  if (listed.kind === 'fault') return { files: [], faults: [listed.fault], is_complete: listed.is_gone };
  const files: FoundFile[] = [];
  for (const file of listed.files) {
    const content = await readContent(file);
    // A file that goes while the folder is read was not there; one that is named must be there.
    if (content !== undefined) files.push({ path: file, shown: shownPath(file), content });
    else if (file === absolute) return { files: [], faults: [unreadable(file, 'ENOENT')], is_complete: true };
  }
  return { files, faults: [], is_complete: true };
}

export type Listed =
  | { readonly kind: 'files'; readonly files: readonly string[]; readonly folders: readonly string[] }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly is_gone: boolean };

/** The files behind an absolute path, sorted, with the folders that were looked into. Never throws. */
export async function listFiles(path: string): Promise<Listed> {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    if (!(await stat(path)).isDirectory()) return { kind: 'files', files: [path], folders };
    await listFolder(path, { files, folders, depth: 0 });
  } catch (thrown) {
    const code = codeOf(thrown);
    return { kind: 'fault', fault: unreadable(path, code), is_gone: code === 'ENOENT' };
  }
  if (files.length > limits.config_files || folders.length > limits.config_files) {
    const told = fault(path, `the folder holds more than ${limits.config_files} files or folders`);
    return { kind: 'fault', fault: told, is_gone: false };
  }
  if (files.length === 0) {
    return { kind: 'fault', fault: fault(path, 'the folder holds no file *.yaml or *.yml'), is_gone: true };
  }
  return { kind: 'files', files: files.toSorted(), folders };
}

interface Listing {
  readonly files: string[];
  readonly folders: string[];
  readonly depth: number;
}

/** Hidden entries are left out: mounted configuration keeps its copies there. Links to files count as files. */
async function listFolder(folder: string, listing: Listing): Promise<void> {
  const { files, folders, depth } = listing;
  if (depth > limits.config_depth) return;
  const entries = await readdir(folder, { withFileTypes: true }).catch((thrown: unknown) => {
    // A folder that goes while another is read was not there.
    if (depth > 0 && codeOf(thrown) === 'ENOENT') return [];
    throw thrown;
  });
  folders.push(folder);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (files.length > limits.config_files || folders.length > limits.config_files) break;
    if (entry.isDirectory()) await listFolder(path, { ...listing, depth: depth + 1 });
    else if (/\.ya?ml$/i.test(entry.name)) files.push(path);
  }
}

/** Undefined when there is no such file. */
async function readContent(path: string): Promise<FileContent | undefined> {
  try {
    const { size } = await stat(path);
    const bytes = size > limits.config_file_bytes ? undefined : await readFile(path);
    if (bytes === undefined || bytes.length > limits.config_file_bytes) {
      const message = `the file is larger than ${limits.config_file_bytes} bytes`;
      return { kind: 'unreadable', fault: fault(path, message, 'Split it.') };
    }
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (thrown) {
    const code = codeOf(thrown);
    return code === 'ENOENT' ? undefined : { kind: 'unreadable', fault: unreadable(path, code) };
  }
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}

function unreadable(path: string, code: unknown): Fault {
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

/** A path as faults name it. */
export function shownPath(path: string): string {
  const shown = relative('', path);
  return shown.startsWith('..') ? path : shown;
}
