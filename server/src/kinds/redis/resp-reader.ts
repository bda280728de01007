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

/** What a reply may still take; shared by the commands of one call. */
export interface ByteBudget {
  left: number;
}

interface Frame {
  readonly kind: 'list' | 'map' | 'dropped';
  left: number;
  readonly items: JsonValue[];
}

interface Bulk {
  readonly bytes: Buffer;
  readonly type: string;
  filled: number;
}

/** Bytes of a line: a length, a number, or the text of an error. */
const line_bytes = 64 * 1024;
const newline = 0x0a;
const none = Buffer.alloc(0);

export class RespReader {
  readonly #budget: () => ByteBudget;
  readonly #onReply: (reply: Reply) => void;
  /** The beginning of a line that a chunk cut. */
  #line = none;
  #bulk: Bulk | undefined;
  readonly #stack: Frame[] = [];

  /** `budget` is asked for with every value, because the next call brings another one. */
  constructor(budget: () => ByteBudget, onReply: (reply: Reply) => void) {
    this.#budget = budget;
    this.#onReply = onReply;
  }

  /** Throws ReplyTooLarge, or a TypeError when it is no RESP. */
  read(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      at = this.#bulk === undefined ? this.#readLine(chunk, at) : this.#readBulk(chunk, at, this.#bulk);
    }
  }

  #readLine(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(newline, at);
    const part = chunk.subarray(at, end < 0 ? chunk.length : end);
    const whole = this.#line.length === 0 ? part : Buffer.concat([this.#line, part]);
    if (whole.length > line_bytes) throw new TypeError('A line of the server is longer than any line should be');
    this.#line = end < 0 ? Buffer.from(whole) : none;
    if (end < 0) return chunk.length;
    this.#header(whole.toString('utf8', 0, whole.length - 1));
    return end + 1;
  }

  #readBulk(chunk: Buffer, at: number, bulk: Bulk): number {
    const taken = chunk.copy(bulk.bytes, bulk.filled, at);
    bulk.filled += taken;
    if (bulk.filled < bulk.bytes.length) return at + taken;
    this.#bulk = undefined;
    const bytes = bulk.bytes.subarray(0, -2);
    if (bulk.type === '!') this.#failed(bytes.toString('utf8'));
    // A verbatim text says first what it is: `txt:`.
    else this.#value(textOf(bulk.type === '=' ? bytes.subarray(4) : bytes));
    return at + taken;
  }

  #header(text: string): void {
    const [type = '', rest] = [text[0], text.slice(1)];
    switch (type) {
      case '+':
      case '(':
        return this.#value(rest);
      case '-':
        return this.#failed(rest);
      case ':':
        return this.#value(exactInteger(rest));
      case ',':
        return this.#value(double(rest));
      case '#':
        return this.#value(rest === 't');
      case '_':
        return this.#value(null);
      case '$':
      case '!':
      case '=':
        return this.#beginBulk(type, lengthOf(rest));
      case '*':
      case '~':
        return this.#begin('list', lengthOf(rest));
      case '%':
        return this.#begin('map', lengthOf(rest) * 2);
      // Attributes and pushes belong to no reply.
      case '|':
        return this.#begin('dropped', lengthOf(rest) * 2);
      case '>':
        return this.#begin('dropped', lengthOf(rest));
      default:
        throw new TypeError('The server does not speak the protocol of Redis');
    }
  }

  #beginBulk(type: string, length: number): void {
    if (length < 0) return this.#value(null);
    if (length > this.#budget().left) throw new ReplyTooLarge();
    this.#bulk = { bytes: Buffer.allocUnsafe(length + 2), type, filled: 0 };
  }

  #begin(kind: Frame['kind'], left: number): void {
    if (left < 0) return this.#value(null);
    // Every item takes a byte and its comma at least.
    if (left * 2 > this.#budget().left) throw new ReplyTooLarge();
    if (this.#stack.length >= limits.json_depth) {
      throw new TypeError('A reply is nested deeper than any reply should be');
    }
    this.#stack.push({ kind, left, items: [] });
    if (left === 0) this.#end();
  }

  #value(item: JsonValue): void {
    this.#charge(Buffer.byteLength(JSON.stringify(item)) + 1);
    this.#add(item);
  }

  #add(item: JsonValue): void {
    const frame = this.#stack.at(-1);
    if (frame === undefined) return this.#onReply({ value: item });
    frame.items.push(item);
    frame.left -= 1;
    if (frame.left === 0) this.#end();
  }

  #end(): void {
    const frame = this.#stack.pop();
    if (frame === undefined || frame.kind === 'dropped') return;
    this.#charge(3);
    this.#add(frame.kind === 'map' ? objectOf(frame.items) : frame.items);
  }

  /** An error inside of a list is the answer to none of our commands. */
  #failed(text: string): void {
    if (this.#stack.length === 0) this.#onReply({ error: new RedisError(text) });
    else this.#value(text);
  }

  #charge(bytes: number): void {
    const budget = this.#budget();
    budget.left -= bytes;
    if (budget.left < 0) throw new ReplyTooLarge();
  }
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
