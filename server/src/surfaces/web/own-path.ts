// Where a browser may be sent after signing in: to a page of this server and nowhere else (open redirect).
import { limits } from '../../base/limits.ts';

/** The path, as a browser reads it, when it is one of ours; else undefined. */
export function ownPath(text: string | null): string | undefined {
  if (text === null || text.length > limits.return_path_characters) return undefined;
  // `//host` and `/\host` name another server; browsers take `\` for `/` and drop tabs and line ends.
  if (!/^\/(?![/\\])[\u0021-\u005B\u005D-\u007E]*$/.test(text)) return undefined;
  const { host, pathname, search, hash } = new URL(text, 'http://own.invalid');
  return host === 'own.invalid' && !pathname.startsWith('//') ? `${pathname}${search}${hash}` : undefined;
}
