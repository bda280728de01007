// What `database` of a source `sqlite` may say: a path, a `file:` address (sqlite.org/uri.html), or a database in memory.
import { fileURLToPath } from 'node:url';

/** `path` is undefined for a database in memory. */
export type DatabasePath =
  | { readonly path: string | undefined; readonly read_only: boolean }
  | { readonly fault: string };

const in_memory = ':memory:';

/** Settings of drivers that hold here anyway: `_pragma=foreign_keys(1)`. */
const heldPragmas = /^(?:busy_timeout\(\d+\)|foreign_keys\((?:1|on|true)\))$/i;

export function databasePath(written: string): DatabasePath {
  const [address = '', query = ''] = split(written);
  const parameters = new URLSearchParams(query);
  let path = address;
  if (address.startsWith('file:')) {
    const decoded = filePath(address);
    if (decoded === undefined) return { fault: 'is no address of a file: write its path' };
    path = decoded;
  }
  const mode = parameters.get('mode') ?? 'rwc';
  for (const [name, value] of parameters) {
    const is_known =
      (name === 'mode' && ['ro', 'rw', 'rwc', 'memory'].includes(value)) ||
      (name === 'cache' && ['shared', 'private'].includes(value)) ||
      (name === '_pragma' && heldPragmas.test(value));
    if (!is_known) return { fault: `has the parameter "${name}" with a value that is not supported: remove it` };
  }
  if (path === in_memory || mode === 'memory') return { path: undefined, read_only: false };
  if (path === '' || path.startsWith(':')) return { fault: 'names no file: write a path, or :memory:' };
  return { path, read_only: mode === 'ro' };
}

/** The parameters of an address, or of a path as some drivers take it; a path may have a question mark of its own. */
function split(written: string): readonly string[] {
  const at = written.indexOf('?');
  const has_query = at >= 0 && (written.startsWith('file:') || /^\?(?:_pragma|mode|cache)=/.test(written.slice(at)));
  return has_query ? [written.slice(0, at), written.slice(at + 1).split('#')[0] ?? ''] : [written];
}

function filePath(address: string): string | undefined {
  const rest = address.slice('file:'.length).split('#')[0] ?? '';
  try {
    return rest.startsWith('//') ? fileURLToPath(address) : decodeURIComponent(rest);
  } catch {
    return undefined;
  }
}
