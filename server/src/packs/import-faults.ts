// What went wrong when a module of a pack was loaded, for its author: file, line, and what the loader says.
import type { Fault } from '../base/errors.ts';
import { redactText } from '../base/redact.ts';
import { limits } from '../base/limits.ts';
import { cleanWords } from '../kinds/remote/service-words.ts';
import type { PackFiles } from './read-pack-files.ts';

/** The fault of a module; the stack shows the line that is to blame, in whichever file of the pack it is. */
export function importFault(files: PackFiles, path: string, thrown: unknown): Fault {
  const message = thrown instanceof Error ? thrown.message : 'it throws something that is no error';
  const { file, line } = placeOf(files, path, thrown);
  const words = cleanWords(redactText(message), limits.path_characters * 2).replaceAll(/\?toolcrib-pack=\d+/g, '');
  return { path: '', message: `cannot be loaded: ${words}`, file, ...(line === undefined ? {} : { line }) };
}

function placeOf(
  { folder, files, shown }: PackFiles,
  path: string,
  thrown: unknown,
): { readonly file: string; readonly line: number | undefined } {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  for (const [, url = '', line = ''] of stack
    .slice(0, 20_000)
    .matchAll(/(file:\/\/[^\s?]+)\?toolcrib-pack=\d+:(\d+)/g)) {
    const found = [...files.keys()].find((one) => url === encodeUrl(`${folder}/${one}`));
    if (found !== undefined) return { file: `${shown}/${found}`, line: Number(line) };
  }
  return { file: `${shown}/${path}`, line: undefined };
}

function encodeUrl(path: string): string {
  return new URL(`file://${path.split('/').map(encodeURIComponent).join('/')}`).href;
}
