// Reads the replies of a Redis server (RESP2 and RESP3) into JSON while they come in, and stops at a number of bytes.
import type { JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';

/** The server's answer to a command that failed: its first word says why. */
export class RedisError extends Error {
  readonly word: string;

  constructor(text: string) {
    super(text);
    this.name = 'RedisError';
    this.word = /^[A-Z]+/.exec(text)?.[0] ?? '';
    this.stack = `${this.name}: ${text}`;
  }
}

/** The reply is longer than it may be; what is left of it is not read. */
export class ReplyTooLarge extends Error {
  constructor() {
    super('The reply is longer than its limit');
    this.name = 'ReplyTooLarge';
  }
}

export type Reply = { readonly value: JsonValue } | { readonly error: RedisError };

export interface RespReader {
  /** Throws ReplyTooLarge, or a TypeError when it is no RESP. */
  read(chunk: Buffer): void;
}

/** What a reply may still take; shared by the commands of one call. */
export interface ByteBudget {
  left: number;
}

interface Frame {
  readonly kind: 'list' | 'map' | 'dropped';
  left: number;
  readonly items: JsonValue[];
}

/** Bytes of a line: a length, a number, or the text of an error. */
const line_bytes = 64 * 1024;
const newline = 0x0a;

/** `budget` is asked for with every value, because the next call brings another one. */
export function createRespReader(budget: () => ByteBudget, onReply: (reply: Reply) => void): RespReader {
  let line = Buffer.alloc(0);
  let bulk: { readonly bytes: Buffer; readonly type: string; filled: number } | undefined;
  const stack: Frame[] = [];

  function read(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = bulk === undefined ? readLine(chunk, at) : readBulk(chunk, at, bulk);
  }

  function readLine(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(newline, at);
    const part = chunk.subarray(at, end < 0 ? chunk.length : end);
    const whole = line.length === 0 ? part : Buffer.concat([line, part]);
    if (whole.length > line_bytes) throw new TypeError('A line of the server is longer than any line should be');
    line = end < 0 ? Buffer.from(whole) : Buffer.alloc(0);
    if (end < 0) return chunk.length;
    header(whole.toString('utf8', 0, whole.length - 1));
    return end + 1;
  }

  function readBulk(chunk: Buffer, at: number, into: NonNullable<typeof bulk>): number {
    const taken = chunk.copy(into.bytes, into.filled, at);
    into.filled += taken;
    if (into.filled < into.bytes.length) return at + taken;
    bulk = undefined;
    const bytes = into.bytes.subarray(0, -2);
    if (into.type === '!') failed(bytes.toString('utf8'));
    // A verbatim text says first what it is: `txt:`.
    else value(textOf(into.type === '=' ? bytes.subarray(4) : bytes));
    return at + taken;
  }

  function header(text: string): void {
    const [type = '', rest] = [text[0], text.slice(1)];
    switch (type) {
      case '+':
        return value(rest);
      case '-':
        return failed(rest);
      case ':':
        return value(exactInteger(rest));
      case ',':
        return value(double(rest));
      case '(':
        return value(rest);
      case '#':
        return value(rest === 't');
      case '_':
        return value(null);
      case '$':
      case '!':
      case '=':
        return beginBulk(type, lengthOf(rest));
      case '*':
      case '~':
        return begin('list', lengthOf(rest));
      case '%':
        return begin('map', lengthOf(rest) * 2);
      // Attributes and pushes belong to no reply.
      case '|':
        return begin('dropped', lengthOf(rest) * 2);
      case '>':
        return begin('dropped', lengthOf(rest));
      default:
        throw new TypeError('The server does not speak the protocol of Redis');
    }
  }

  function beginBulk(type: string, length: number): void {
    if (length < 0) return value(null);
    if (length > budget().left) throw new ReplyTooLarge();
    bulk = { bytes: Buffer.allocUnsafe(length + 2), type, filled: 0 };
  }

  function begin(kind: Frame['kind'], left: number): void {
    if (left < 0) return value(null);
    // Every item takes a byte and its comma at least.
    if (left * 2 > budget().left) throw new ReplyTooLarge();
    if (stack.length >= limits.json_depth) throw new TypeError('A reply is nested deeper than any reply should be');
    const frame: Frame = { kind, left, items: [] };
    stack.push(frame);
    if (left === 0) endFrame();
  }

  function value(item: JsonValue): void {
    charge(Buffer.byteLength(JSON.stringify(item)) + 1);
    add(item);
  }

  function add(item: JsonValue): void {
    const frame = stack.at(-1);
    if (frame === undefined) return onReply({ value: item });
    frame.items.push(item);
    frame.left -= 1;
    if (frame.left === 0) endFrame();
  }

  function endFrame(): void {
    const frame = stack.pop();
    if (frame === undefined || frame.kind === 'dropped') return;
    charge(3);
    add(frame.kind === 'map' ? objectOf(frame.items) : frame.items);
  }

  /** An error inside of a list is the answer to none of our commands. */
  function failed(text: string): void {
    if (stack.length === 0) onReply({ error: new RedisError(text) });
    else value(text);
  }

  function charge(bytes: number): void {
    const shared = budget();
    shared.left -= bytes;
    if (shared.left < 0) throw new ReplyTooLarge();
  }

  return { read };
}

function lengthOf(text: string): number {
  if (!/^-?\d{1,12}$/.test(text)) throw new TypeError('The server sent a length that is none');
  return Number(text);
}

function exactInteger(text: string): JsonValue {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

function double(text: string): JsonValue {
  const word = { inf: 'Infinity', '-inf': '-Infinity', nan: 'NaN', '-nan': 'NaN' }[text];
  return word ?? Number(text);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as the text that they are, else labelled: they must not be taken for a text that looks like base64. */
function textOf(bytes: Buffer): JsonValue {
  try {
    return utf8.decode(bytes);
  } catch {
    return { base64: bytes.toString('base64') };
  }
}

function objectOf(items: readonly JsonValue[]): JsonValue {
  const object: Record<string, JsonValue> = {};
  for (let index = 0; index < items.length; index += 2) {
    const key = items[index] ?? null;
    const name = typeof key === 'string' ? key : JSON.stringify(key);
    // Assigning to this name would set the object's prototype and lose the value.
    Object.defineProperty(object, name, { value: items[index + 1] ?? null, enumerable: true });
  }
  return object;
}
