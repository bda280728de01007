// JSON as types, its one canonical text form, and the bounded parsing of what comes from outside.
import type { JsonObject } from '@toolcrib/client';
import { ToolcribError } from './errors.ts';

export type { JsonObject, JsonValue } from '@toolcrib/client';

/** Whether a value is a plain JSON object (not null, not an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a JSON value with sorted keys: equal values have equal texts. Used for digests, never for answers. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}

/**
 * Parses JSON text from outside, as UTF-8 bytes. Throws `body_invalid` for text that is not JSON or is nested too deep.
 * The depth is checked on the bytes first, so that nothing recursive ever meets a deep value.
 */
export function parseJson(bytes: Uint8Array & { toString(encoding?: 'utf8'): string }, max_depth: number): unknown {
  if (nestingDepth(bytes) > max_depth) {
    throw new ToolcribError('body_invalid', { params: { problem: `it is nested deeper than ${max_depth} levels` } });
  }
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (cause) {
    throw new ToolcribError('body_invalid', { params: { problem: 'it is not JSON' }, cause });
  }
}

/** How deep arrays and objects are nested, brackets inside strings not counted. */
export function nestingDepth(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let in_string = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (in_string) {
      if (byte === 0x5c) index += 1;
      else if (byte === 0x22) in_string = false;
    } else if (byte === 0x22) in_string = true;
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, (depth += 1));
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return deepest;
}
