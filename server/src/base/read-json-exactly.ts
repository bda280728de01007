// Reads JSON text member by member: slower than JSON.parse, but 64-bit integers stay exact, and what JSON.parse would pass
// over in silence has a place. For the few texts that need it; their grammar must have been checked before.
import type { Fault } from './errors.ts';
import { limits } from './limits.ts';

export interface ExactJson {
  /** Integers beyond 2^53 that fit in 64 bits are bigint. */
  readonly value: unknown;
  /** Repeated keys, numbers beyond every double, halves of surrogate pairs. */
  readonly faults: readonly Fault[];
}

interface Reading {
  readonly text: string;
  readonly faults: Fault[];
  /** Keys and indexes from the root to the value that is read. */
  readonly path: (string | number)[];
  at: number;
  /** Where the next backslash is, at `at` or after it. */
  next_backslash: number;
}

/** Reads a text that JSON.parse takes. Nesting must be bounded: this is recursive. */
export function readJsonExactly(text: string): ExactJson {
  const reading: Reading = { text, faults: [], path: [], at: 0, next_backslash: -1 };
  const value = readValue(reading);
  return { value, faults: reading.faults };
}

function readValue(reading: Reading): unknown {
  skipSpace(reading);
  switch (reading.text[reading.at]) {
    case '{':
      return readObject(reading);
    case '[':
      return readArray(reading);
    case '"':
      return readString(reading);
    case 't':
      reading.at += 4;
      return true;
    case 'f':
      reading.at += 5;
      return false;
    case 'n':
      reading.at += 4;
      return null;
    default:
      return readNumber(reading);
  }
}

function readObject(reading: Reading): unknown {
  const object: Record<string, unknown> = {};
  reading.at += 1;
  for (;;) {
    const after = nextPunctuation(reading, ',');
    if (after === '}') return object;
    const key = readString(reading);
    reading.path.push(key);
    if (Object.hasOwn(object, key)) tell(reading, 'the key is given twice', 'Keep one of the two.');
    nextPunctuation(reading, ':');
    const value = readValue(reading);
    // An assignment to __proto__ would change the object instead.
    if (key === '__proto__') Object.defineProperty(object, key, { value, ...plainProperty });
    else object[key] = value;
    reading.path.pop();
  }
}

const plainProperty = { configurable: true, enumerable: true, writable: true };

function readArray(reading: Reading): unknown {
  const array: unknown[] = [];
  reading.at += 1;
  for (;;) {
    const after = nextPunctuation(reading, ',');
    if (after === ']') return array;
    reading.path.push(array.length);
    array.push(readValue(reading));
    reading.path.pop();
  }
}

/** Goes to what comes next, past the given separator; a closing bracket is passed and returned. */
function nextPunctuation(reading: Reading, separator: ',' | ':'): string | undefined {
  skipSpace(reading);
  if (reading.text[reading.at] === separator) {
    reading.at += 1;
    skipSpace(reading);
  }
  const next = reading.text[reading.at];
  if (next === '}' || next === ']') reading.at += 1;
  return next;
}

function skipSpace(reading: Reading): void {
  while (reading.text.charCodeAt(reading.at) <= 0x20) reading.at += 1;
}

function readString(reading: Reading): string {
  const { text, at: start } = reading;
  if (reading.next_backslash < start) {
    const found = text.indexOf('\\', start);
    reading.next_backslash = found < 0 ? text.length : found;
  }
  let end = text.indexOf('"', start + 1);
  if (reading.next_backslash > end) {
    reading.at = end + 1;
    return text.slice(start + 1, end);
  }
  for (end = start + 1; text[end] !== '"'; end += 1) if (text[end] === '\\') end += 1;
  reading.at = end + 1;
  const value = JSON.parse(text.slice(start, end + 1)) as string;
  if (!value.isWellFormed()) tell(reading, 'the text or the key contains half of a surrogate pair', 'Leave it out.');
  return value;
}

function readNumber(reading: Reading): unknown {
  const { text, at: start } = reading;
  while (/[-+.\deE]/.test(text[reading.at] ?? '')) reading.at += 1;
  const source = text.slice(start, reading.at);
  const value = Number(source);
  if (!Number.isFinite(value)) tell(reading, 'the number is too large', 'Numbers up to about 1.8e308 are taken.');
  return Number.isSafeInteger(value) || !/^-?\d{16,19}$/.test(source) ? value : exactInteger(source, value);
}

function exactInteger(source: string, rounded: number): number | bigint {
  const exact = BigInt(source);
  return BigInt.asIntN(64, exact) === exact ? exact : rounded;
}

function tell(reading: Reading, message: string, hint: string): void {
  if (reading.faults.length < limits.faults) reading.faults.push({ path: pathText(reading.path), message, hint });
}

/** `arguments.rows[2]`; keys may be anything, so the path is cut, and holds nothing that a terminal would act on. */
function pathText(path: readonly (string | number)[]): string {
  let joined = '';
  for (const step of path) {
    joined += typeof step === 'number' ? `[${step}]` : joined === '' ? step : `.${step}`;
    if (joined.length > limits.path_characters) return `${shown(joined.slice(0, limits.path_characters))}…`;
  }
  return shown(joined);
}

function shown(text: string): string {
  return text.replaceAll(/\p{C}/gu, '?');
}
