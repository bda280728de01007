// The file with the master keys: one per line, the current one first; `#` begins a comment. Written whole or not at all.
import { randomBytes } from 'node:crypto';
import { chmod, chown, link, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { limits } from '../../base/limits.ts';
import { invalid, parseMasterKey } from './master-key.ts';
import type { MasterKey } from './master-key.ts';

export interface KeyFile {
  readonly keys: readonly MasterKey[];
  /** Who else than the server could read or write it, in words; undefined: nobody. */
  readonly exposure: string | undefined;
}

/** Reads the keys. Throws `vault_key_invalid`; undefined when there is no such file. */
export async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  const text = await textOf(path);
  if (text === undefined) return undefined;
  return { keys: parseKeys(text, path), exposure: await exposureOf(path) };
}

/** Makes the file with one key. False when somebody else has made one meanwhile, which then stays as it is. */
export async function makeKeyFile(path: string, key: string): Promise<boolean> {
  await mkdir(dirname(resolve(path)), { recursive: true });
  const written = await writeBeside(path, fileText([key]));
  try {
    await link(written, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(written, { force: true });
  }
}

/** Puts a key before the others. Throws `vault_key_invalid` when the file is not one of keys, or is being changed. */
export async function addToKeyFile(path: string, key: string): Promise<void> {
  const lock = `${path}.lock`;
  await takeLock(lock);
  try {
    const text = await textOf(path);
    if (text === undefined) {
      if (!(await makeKeyFile(path, key))) throw invalid(`${path} has just been made by another process; try again`);
      return;
    }
    parseKeys(text, path);
    await replaceFile(await realpath(path), `${key}\n${text}`);
  } finally {
    await rm(lock, { force: true });
  }
}

/** Two commands at once would lose a key that a server may have used already. */
async function takeLock(lock: string): Promise<void> {
  try {
    const file = await open(lock, 'wx', 0o600);
    await file.close();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw invalid(
      code === 'EEXIST'
        ? `another command changes the file; if none runs, delete ${lock}`
        : `${lock} cannot be made (${code})`,
    );
  }
}

/** The keys of a list of texts. Throws `vault_key_invalid`. */
export function parseKeyList(texts: readonly string[], place: (index: number) => string): readonly MasterKey[] {
  const keys = texts.map((text, index) => parseMasterKey(text, place(index)));
  if (keys.length === 0) throw invalid('there is none');
  if (keys.length > limits.vault_master_keys) throw invalid(`there are more than ${limits.vault_master_keys}`);
  const twice = keys.findIndex((key, index) => keys.some((other, at) => at < index && other.id === key.id));
  if (twice !== -1) throw invalid(`${place(twice)} repeats an earlier key`);
  return keys;
}

function parseKeys(text: string, path: string): readonly MasterKey[] {
  const lines = text
    .split('\n')
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
  return parseKeyList(
    lines.map((line) => line.text),
    (index) => `line ${lines[index]?.number ?? 0} of ${path}`,
  );
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size > limits.vault_key_file_bytes) throw invalid(`${path} is too large for a file of keys`);
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
    throw invalid(`${path} cannot be read (${code})`);
  }
}

/**
 * The rule that PostgreSQL has for its own key: 0600, and 0640 where the file belongs to root and the server is another
 * user, which is how orchestrators mount secrets.
 */
async function exposureOf(path: string): Promise<string | undefined> {
  const { mode, uid } = await stat(path);
  const own = process.getuid?.();
  if (own === undefined) return undefined;
  const bits = mode & 0o777;
  const allowed = uid === 0 && own !== 0 ? 0o740 : 0o700;
  if ((bits & ~allowed) === 0 && (uid === own || uid === 0)) return undefined;
  if (uid !== own && uid !== 0) return `${path} belongs to another user`;
  return `${path} has the mode 0${bits.toString(8)}, so others than the server can use it`;
}

/** Replaces the file in one step, with its owner: whoever runs the command may be another user than the server. */
async function replaceFile(path: string, text: string): Promise<void> {
  const { uid, gid, mode } = await stat(path);
  const written = await writeBeside(path, text);
  try {
    const made = await stat(written);
    if (made.uid !== uid || made.gid !== gid) await chown(written, uid, gid);
    await chmod(written, mode & 0o640);
    await rename(written, path);
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  }
}

/** A new file in the same folder, for the owner alone, on disk when this resolves. */
async function writeBeside(path: string, text: string): Promise<string> {
  const beside = `${path}.${randomBytes(8).toString('hex')}`;
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return beside;
}

function fileText(keys: readonly string[]): string {
  return `# Master keys of Toolcrib: who has them can read every secret. The first one is used for what is new.\n${keys.join('\n')}\n`;
}
