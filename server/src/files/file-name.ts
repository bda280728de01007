// The name of a stored file: a label that people see and programs save under, never a path (attack A15). What could be taken
// for more than a label by any system is refused, not mended: two names that look alike must not become one.
import { limits } from '../base/limits.ts';

/** Names of devices on Windows, whatever comes behind the first dot. */
const devices = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])$/i;

/** Separators, also those that become one when a system folds compatible characters (NFKC), and what shells and Windows take. */
const separators = /[/\\:*?"<>|]/;

/** Controls, formats (directions, zero width), surrogates, private use, and separators of lines. */
const invisible = /[\p{C}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]/u;

/** The name in the form in which it is kept; undefined when it is none. */
export function fileName(written: string): string | undefined {
  return nameProblem(written) === undefined ? written.normalize('NFC') : undefined;
}

/** Why a text is no name of a file; undefined when it is one. */
export function nameProblem(written: string): string | undefined {
  // A long text is not normalised: that could make it much longer.
  if (written.length > limits.file_name_bytes) return tooLong();
  const name = written.normalize('NFC');
  const folded = name.normalize('NFKC');
  if (name === '') return 'its name is empty';
  if (Buffer.byteLength(name) > limits.file_name_bytes) return tooLong();
  if (invisible.test(name)) return 'its name has characters that cannot be seen';
  if (separators.test(name) || separators.test(folded)) return String.raw`its name has one of / \ : * ? " < > |`;
  if (/^\s|[\s.]$/.test(folded)) return 'its name begins with a space, or ends with a space or a dot';
  if (folded.startsWith('~')) return 'its name begins with ~';
  if (folded.startsWith('-')) return 'its name begins with -';
  if (devices.test(folded.split('.')[0]?.trim() ?? '')) return 'its name belongs to a device on Windows';
  return undefined;
}

function tooLong(): string {
  return `its name is longer than ${limits.file_name_bytes} bytes`;
}
