// The strict and bounded parsing of JSON from outside: nothing in the text is dropped, rounded or repaired in silence.
import { ToolcribError } from './errors.ts';
import { readJsonExactly } from './read-json-exactly.ts';
import { scanJson } from './scan-json.ts';

/**
 * Parses JSON text from outside, as UTF-8 bytes. Integers beyond 2^53 that fit in 64 bits arrive as bigint.
 * Throws `body_invalid`, with a fault for each place, for text that is not JSON, is nested too deep, repeats a key, or
 * holds a number beyond every double or half of a surrogate pair.
 * The depth is checked on the bytes first, so that nothing recursive ever meets a deep value. Everything else is left to
 * JSON.parse as long as the scan finds nothing that it would change.
 */
export function parseJson(bytes: Uint8Array & { toString(encoding?: 'utf8'): string }, max_depth: number): unknown {
  const { depth, members, is_delicate } = scanJson(bytes);
  if (depth > max_depth) {
    throw new ToolcribError('body_invalid', { params: { problem: `it is nested deeper than ${max_depth} levels` } });
  }
  const text = bytes.toString('utf8');
  const parsed = parse(text);
  if (!is_delicate && (members === 0 || countMembers(parsed) === members)) return parsed;
  const { value, faults } = readJsonExactly(text);
  const [first] = faults;
  if (first === undefined) return value;
  throw new ToolcribError('body_invalid', {
    params: { problem: `${first.path === '' ? '' : `at ${first.path} `}${first.message}` },
    faults,
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const problem = text.startsWith('\ufeff') ? 'it begins with a byte order mark' : 'it is not JSON';
    throw new ToolcribError('body_invalid', { params: { problem }, cause });
  }
}

/** The members of all objects: fewer than were written when a key is repeated. */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) if (typeof item === 'object') count += countMembers(item);
    return count;
  }
  for (const item of Object.values(value) as readonly unknown[]) {
    count += 1;
    if (typeof item === 'object') count += countMembers(item);
  }
  return count;
}
