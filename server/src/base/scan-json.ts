// One pass over the bytes of a JSON text, before anything is built from it: how deep it is, how many members its objects
// have, and whether it holds anything that JSON.parse would change. Checks no grammar.

export interface JsonScan {
  /** How deep arrays and objects are nested. */
  readonly depth: number;
  /** Members of all objects; repeated ones count. */
  readonly members: number;
  /** Whether there are numbers that a double may not hold, or escaped halves of surrogate pairs. */
  readonly is_delicate: boolean;
}

const quote = 0x22;
const backslash = 0x5c;
/** A number of fewer characters is held by a double, exponents aside. */
const long_number = 16;

export function scanJson(bytes: Uint8Array): JsonScan {
  let depth = 0;
  let deepest = 0;
  let members = 0;
  let is_delicate = false;
  const { length } = bytes;
  for (let index = 0; index < length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === quote) {
      for (index += 1; index < length && bytes[index] !== quote; index += 1) {
        if (bytes[index] !== backslash) continue;
        index += 1;
        is_delicate ||= isSurrogateEscape(bytes, index);
      }
    } else if (byte === 0x3a) members += 1;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    else if (byte >= 0x30 && byte <= 0x39) {
      const end = endOfNumber(bytes, index);
      if (end < 0 || end - index >= long_number) is_delicate = true;
      if (end > 0) index = end - 1;
    }
  }
  return { depth: deepest, members, is_delicate };
}

/** `ud800` to `udfff`, after a backslash. */
function isSurrogateEscape(bytes: Uint8Array, index: number): boolean {
  return bytes[index] === 0x75 && ((bytes[index + 1] ?? 0) | 0x20) === 0x64 && (bytes[index + 2] ?? 0) >= 0x38;
}

/** The index behind digits and points; negative when an exponent follows. */
function endOfNumber(bytes: Uint8Array, start: number): number {
  let index = start + 1;
  for (; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) continue;
    if (byte === 0x2e) continue;
    return (byte | 0x20) === 0x65 ? -1 : index;
  }
  return index;
}
