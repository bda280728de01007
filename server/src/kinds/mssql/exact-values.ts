// Makes tedious read values exactly. By itself it turns decimals and money into doubles, forgets the offset of a
// datetimeoffset, and keeps a whole nvarchar(max) however long it is. This is the one file that relies on internals of
// tedious; docs/decisions/0074 names them and test/kinds/mssql-values.test.ts holds them. Only connections whose options
// carry `exactValues` are read so.
import { createRequire } from 'node:module';
import type { JsonValue } from '../../base/json.ts';

/** In the options of a connection: how long the value of a `max` type may get before it is given up. */
export const exactValues = Symbol('exact values');

export interface ExactOptions {
  [exactValues]?: { value_bytes: number };
}

/** Stands for a value that was longer than `value_bytes`. */
export const oversized = Symbol('oversized');

interface ReadResult {
  readonly value: unknown;
  readonly offset: number;
}

interface Metadata {
  readonly type: { readonly name: string; readonly id?: number };
  readonly scale?: number | undefined;
}

type ReadValue = (buffer: Buffer, offset: number, metadata: Metadata, options: ExactOptions) => ReadResult;

interface LongReader {
  chunks: Buffer[];
  length: number;
  expectedLength: bigint | undefined;
  read(parser: { readonly options: ExactOptions }): unknown;
}

interface ValueParser {
  readValue: ReadValue;
  PLPReader: new (metadata: Metadata) => LongReader;
}

const unknown_length = 0xfffffffffffffffen;
const null_length = 0xffffffffffffffffn;
const days_1900 = 693_595;
const ticks_per_second = 10_000_000n;
const minute_ticks = 60n * ticks_per_second;
const day_ticks = 86_400n * ticks_per_second;

type Decode = (bytes: Buffer, scale: number) => JsonValue;

/** By the name of the type in tedious; for each the bytes of one value without its length. */
const decoders: Readonly<Record<string, Decode>> = {
  BigInt: (bytes) => exactNumber(bytes.readBigInt64LE().toString()),
  SmallMoney: (bytes) => exactNumber(pointed(BigInt(bytes.readInt32LE()), 4)),
  Money: (bytes) => exactNumber(pointed((BigInt(bytes.readInt32LE()) << 32n) + BigInt(bytes.readUInt32LE(4)), 4)),
  NumericN: (bytes, scale) => exactNumber(decimal(bytes, scale)),
  DecimalN: (bytes, scale) => exactNumber(decimal(bytes, scale)),
  SmallDateTime: (bytes) =>
    `${dateText(days_1900 + bytes.readUInt16LE())} ${clockText(BigInt(bytes.readUInt16LE(2)) * minute_ticks, 0)}`,
  DateTime: (bytes) => `${dateText(days_1900 + bytes.readInt32LE())} ${clockText(thirds(bytes.readUInt32LE(4)), 3)}`,
  Date: (bytes) => dateText(bytes.readUIntLE(0, 3)),
  Time: (bytes, scale) => clockText(ticks(bytes, scale), scale),
  DateTime2: (bytes, scale) =>
    `${dateText(bytes.readUIntLE(bytes.length - 3, 3))} ${clockText(ticks(bytes.subarray(0, -3), scale), scale)}`,
  DateTimeOffset: (bytes, scale) => offsetText(bytes, scale),
};

/** Types of one length whose values come without it. */
const fixed_bytes: Readonly<Record<string, number>> = {
  BigInt: 8,
  SmallMoney: 4,
  Money: 8,
  SmallDateTime: 4,
  DateTime: 8,
};
/** Types that stand for several, told apart by the length of the value. */
const byLength: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  IntN: { 8: 'BigInt' },
  MoneyN: { 4: 'SmallMoney', 8: 'Money' },
  DateTimeN: { 4: 'SmallDateTime', 8: 'DateTime' },
};
/** The base types of a sql_variant, with the bytes of their properties: type codes of MS-TDS 2.2.5.5.4. */
const variants: Readonly<Record<number, string>> = {
  0x7f: 'BigInt',
  0x7a: 'SmallMoney',
  0x3c: 'Money',
  0x3a: 'SmallDateTime',
  0x3d: 'DateTime',
  0x28: 'Date',
  0x29: 'Time',
  0x2a: 'DateTime2',
  0x2b: 'DateTimeOffset',
  0x6a: 'DecimalN',
  0x6c: 'NumericN',
};

let installed = false;

/** Teaches tedious once; throws when it is not the tedious that this file knows. */
export function installExactValues(): void {
  if (installed) return;
  const parser = createRequire(import.meta.url)('tedious/lib/value-parser') as ValueParser;
  const { readValue, PLPReader } = parser;
  if (typeof readValue !== 'function' || typeof PLPReader !== 'function') {
    throw new TypeError('tedious no longer reads values as exact-values.ts expects');
  }
  parser.readValue = (buffer, offset, metadata, options) =>
    (options[exactValues] === undefined ? undefined : readExact(buffer, offset, metadata)) ??
    readValue(buffer, offset, metadata, options);
  parser.PLPReader = boundedReader(PLPReader);
  installed = true;
}

/** The value, or undefined where tedious reads it well by itself, or has to wait for more bytes. */
function readExact(buffer: Buffer, offset: number, { type, scale }: Metadata): ReadResult | undefined {
  if (type.name === 'Variant') return readVariant(buffer, offset);
  const fixed = fixed_bytes[type.name];
  const length = fixed ?? buffer[offset];
  if (length === undefined || (fixed === undefined && length === 0)) return undefined;
  const name = byLength[type.name] === undefined ? type.name : (byLength[type.name]?.[length] ?? '');
  const start = fixed === undefined ? offset + 1 : offset;
  const decode = decoders[name];
  if (decode === undefined || buffer.length < start + length) return undefined;
  return { value: decode(buffer.subarray(start, start + length), scale ?? 0), offset: start + length };
}

/** Length of everything, base type, length of the properties, properties (the last byte of which is the scale), value. */
function readVariant(buffer: Buffer, offset: number): ReadResult | undefined {
  if (buffer.length < offset + 6) return undefined;
  const end = offset + 4 + buffer.readUInt32LE(offset);
  const decode = decoders[variants[buffer.readUInt8(offset + 4)] ?? ''];
  if (decode === undefined || end > buffer.length || end < offset + 6) return undefined;
  const properties = buffer.readUInt8(offset + 5);
  const scale = properties === 0 ? 0 : buffer.readUInt8(offset + 5 + properties);
  return { value: decode(buffer.subarray(offset + 6 + properties, end), scale), offset: end };
}

/** Reads on, but keeps nothing of a value that has become too long. */
function boundedReader(Reader: ValueParser['PLPReader']): ValueParser['PLPReader'] {
  return class BoundedReader extends Reader {
    #given_up = false;

    override read(parser: { readonly options: ExactOptions }): unknown {
      const bound = parser.options[exactValues]?.value_bytes;
      try {
        const value = super.read(parser);
        return this.#isOver(bound) ? oversized : value;
      } finally {
        if (this.#isOver(bound) && this.expectedLength !== null_length) {
          this.#given_up = true;
          this.chunks = [];
          this.length = 0;
          this.expectedLength = unknown_length;
        }
      }
    }

    #isOver(bound: number | undefined): boolean {
      return this.#given_up || (bound !== undefined && this.length > bound);
    }
  };
}

/** A number where a double holds it exactly as written, else the text (docs/decisions/0035). */
function exactNumber(written: string): JsonValue {
  const digits = written.replace(/^-?0*\.?0*/, '').replace('.', '').length;
  const value = Number(written);
  return digits <= 15 || (Number.isSafeInteger(value) && !written.includes('.')) ? value : written;
}

function decimal(bytes: Buffer, scale: number): string {
  let value = 0n;
  for (let at = bytes.length - 1; at > 0; at -= 1) value = (value << 8n) + BigInt(bytes.readUInt8(at));
  return pointed(bytes.readUInt8() === 0 ? -value : value, scale);
}

function pointed(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const sign = value < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The time of a day in units of 100 ns, from units of its scale. */
function ticks(bytes: Buffer, scale: number): bigint {
  return BigInt(bytes.readUIntLE(0, bytes.length)) * 10n ** BigInt(7 - scale);
}

/** From three-hundredths of a second, rounded to the millisecond as SQL Server writes it. */
function thirds(count: number): bigint {
  return BigInt(Math.round((count * 10) / 3)) * 10_000n;
}

function clockText(time: bigint, scale: number): string {
  const two = (value: bigint): string => value.toString().padStart(2, '0');
  const seconds = time / ticks_per_second;
  const fraction = (time % ticks_per_second).toString().padStart(7, '0').slice(0, scale);
  const clock = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  return scale === 0 ? clock : `${clock}.${fraction}`;
}

/** From days since 0001-01-01. */
function dateText(days: number): string {
  const date = new Date(-62_135_596_800_000 + days * 86_400_000);
  return date.toISOString().slice(0, 10);
}

/** Date and time are sent in UTC, and written in local time. */
function offsetText(bytes: Buffer, scale: number): string {
  const minutes = bytes.readInt16LE(bytes.length - 2);
  const days = BigInt(bytes.readUIntLE(bytes.length - 5, 3));
  const local = days * day_ticks + ticks(bytes.subarray(0, -5), scale) + BigInt(minutes) * minute_ticks;
  const two = (value: number): string => String(value).padStart(2, '0');
  const size = Math.abs(minutes);
  const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return `${dateText(Number(local / day_ticks))} ${clockText(local % day_ticks, scale)} ${zone}`;
}
