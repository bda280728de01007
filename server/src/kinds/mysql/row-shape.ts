// How the rows of the binary protocol become objects: decided once from the columns, then applied to the bytes of every row.
import type { JsonValue } from '../../base/json.ts';
import type { Column, JsonRow } from '../../catalog/result.ts';
import { distinctNames } from '../sql/column-names.ts';
import { namesBytes } from '../sql/row-budget.ts';
import { readSlice } from './packets.ts';
import type { ColumnPacket, Cursor } from './packets.ts';

type Decode = (cursor: Cursor) => JsonValue;

export interface RowShape {
  readonly columns: readonly Column[];
  /** Bytes of a row's JSON text that do not grow with what was sent. */
  readonly fixed_bytes: number;
  readonly decoders: readonly { readonly name: string; readonly decode: Decode }[];
}

/** The longest date and time: sent as a single byte when it is zero. */
const date_characters = 28;
const binary_charset = 63;
const flag = { unsigned: 0x20, enum: 0x100, set: 0x800 } as const;

export function rowShape(packets: readonly ColumnPacket[]): RowShape {
  const names = distinctNames(packets.map(({ name }) => name));
  const known = packets.map((packet) => typeOf(packet));
  return {
    columns: known.map(({ type }, index) => ({ name: names[index] ?? '', type })),
    fixed_bytes: namesBytes(names) + packets.length * date_characters,
    decoders: known.map(({ decode }, index) => ({ name: names[index] ?? '', decode })),
  };
}

/** Reads one row of the binary protocol, its leading zero byte at `start`. */
export function readRow(bytes: Buffer, start: number, shape: RowShape): JsonRow {
  const { decoders } = shape;
  const nulls = start + 1;
  const cursor: Cursor = { bytes, at: nulls + ((decoders.length + 9) >> 3) };
  const row: Record<string, JsonValue> = {};
  for (const [index, { name, decode }] of decoders.entries()) {
    const bit = index + 2;
    const is_null = ((bytes[nulls + (bit >> 3)] ?? 0) & (1 << (bit & 7))) !== 0;
    const value = is_null ? null : decode(cursor);
    // Assigning to this name would set the object's prototype and lose the value.
    if (name === '__proto__') Object.defineProperty(row, name, { value, enumerable: true });
    else row[name] = value;
  }
  return row;
}

const text: Decode = (cursor) => readSlice(cursor).toString('utf8');
const base64: Decode = (cursor) => readSlice(cursor).toString('base64');

const json: Decode = (cursor) => {
  const written = readSlice(cursor).toString('utf8');
  try {
    return JSON.parse(written) as JsonValue;
  } catch {
    // MariaDB calls a column JSON whether or not its check was switched off.
    return written;
  }
};

/** A double keeps any decimal of 15 significant digits; a longer one stays text, so that no digit is lost. */
const decimal: Decode = (cursor) => {
  const written = readSlice(cursor).toString('latin1');
  const digits = written.replace(/^-?0*\.?0*/, '').replace('.', '').length;
  return digits > 15 ? written : Number(written);
};

/** A bit field is a number in MySQL: its bytes, the highest first. */
const bit: Decode = (cursor) => {
  const bytes = readSlice(cursor);
  return bytes.length === 0 ? 0 : safeInteger(BigInt(`0x${bytes.toString('hex')}`));
};

const double: Decode = (cursor) => {
  cursor.at += 8;
  return cursor.bytes.readDoubleLE(cursor.at - 8);
};

/** The shortest decimal that is this float: 0.1, not 0.10000000149011612. */
const float: Decode = (cursor) => {
  const value = cursor.bytes.readFloatLE(cursor.at);
  cursor.at += 4;
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
};

function integer(size: 1 | 2 | 4, is_unsigned: boolean): Decode {
  return (cursor) => {
    cursor.at += size;
    const at = cursor.at - size;
    return is_unsigned ? cursor.bytes.readUIntLE(at, size) : cursor.bytes.readIntLE(at, size);
  };
}

function bigint(is_unsigned: boolean): Decode {
  return (cursor) => {
    cursor.at += 8;
    const at = cursor.at - 8;
    return safeInteger(is_unsigned ? cursor.bytes.readBigUInt64LE(at) : cursor.bytes.readBigInt64LE(at));
  };
}

function safeInteger(value: bigint): JsonValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

const two = (value: number): string => String(value).padStart(2, '0');

function fraction(micros: number, decimals: number): string {
  if (decimals > 6) return micros === 0 ? '' : `.${String(micros).padStart(6, '0')}`;
  return decimals === 0 ? '' : `.${String(micros).padStart(6, '0').slice(0, decimals)}`;
}

function readDate(cursor: Cursor, length: number): string {
  const { bytes, at } = cursor;
  if (length < 4) return '0000-00-00';
  return `${String(bytes.readUInt16LE(at)).padStart(4, '0')}-${two(bytes.readUInt8(at + 2))}-${two(bytes.readUInt8(at + 3))}`;
}

const date: Decode = (cursor) => {
  const length = cursor.bytes.readUInt8(cursor.at++);
  const written = readDate(cursor, length);
  cursor.at += length;
  return written;
};

function dateTime(decimals: number): Decode {
  return (cursor) => {
    const { bytes } = cursor;
    const length = bytes.readUInt8(cursor.at++);
    const day = readDate(cursor, length);
    const at = cursor.at + 4;
    cursor.at += length;
    const [hours, minutes, seconds] = length < 7 ? [0, 0, 0] : [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
    const micros = length < 11 ? 0 : bytes.readUInt32LE(at + 3);
    return `${day} ${two(hours)}:${two(minutes)}:${two(seconds)}${fraction(micros, decimals)}`;
  };
}

/** A time is a span: up to 838 hours, either way. */
function time(decimals: number): Decode {
  return (cursor) => {
    const { bytes } = cursor;
    const length = bytes.readUInt8(cursor.at++);
    const { at } = cursor;
    cursor.at += length;
    if (length < 8) return `00:00:00${fraction(0, decimals)}`;
    const sign = bytes[at] === 0 ? '' : '-';
    const hours = bytes.readUInt32LE(at + 1) * 24 + bytes.readUInt8(at + 5);
    const micros = length < 12 ? 0 : bytes.readUInt32LE(at + 8);
    return `${sign}${two(hours)}:${two(bytes.readUInt8(at + 6))}:${two(bytes.readUInt8(at + 7))}${fraction(micros, decimals)}`;
  };
}

interface KnownType {
  readonly type: string;
  readonly decode: Decode;
}

/** The type's name as MySQL writes it in a definition, and how it is sent. */
function typeOf({ type, flags, charset, decimals, format }: ColumnPacket): KnownType {
  const is_unsigned = (flags & flag.unsigned) !== 0;
  const signed = (name: string): string => (is_unsigned ? `${name} unsigned` : name);
  // oxfmt-ignore
  switch (type) {
    case 0x01: return { type: signed('tinyint'), decode: integer(1, is_unsigned) };
    case 0x02: return { type: signed('smallint'), decode: integer(2, is_unsigned) };
    case 0x03: return { type: signed('int'), decode: integer(4, is_unsigned) };
    case 0x09: return { type: signed('mediumint'), decode: integer(4, is_unsigned) };
    case 0x08: return { type: signed('bigint'), decode: bigint(is_unsigned) };
    case 0x0d: return { type: 'year', decode: integer(2, true) };
    case 0x04: return { type: 'float', decode: float };
    case 0x05: return { type: 'double', decode: double };
    case 0x00:
    case 0xf6: return { type: 'decimal', decode: decimal };
    case 0x0a: return { type: 'date', decode: date };
    case 0x07: return { type: 'timestamp', decode: dateTime(decimals) };
    case 0x0c: return { type: 'datetime', decode: dateTime(decimals) };
    case 0x0b: return { type: 'time', decode: time(decimals) };
    case 0x10: return { type: 'bit', decode: bit };
    case 0xf5: return { type: 'json', decode: json };
    case 0x06: return { type: 'null', decode: () => null };
    case 0xff: return { type: 'geometry', decode: base64 };
    default: break;
  }
  if (format === 'json') return { type: 'json', decode: json };
  if ((flags & flag.enum) !== 0) return { type: 'enum', decode: text };
  if ((flags & flag.set) !== 0) return { type: 'set', decode: text };
  const is_binary = charset === binary_charset;
  const is_blob = type >= 0xf9 && type <= 0xfc;
  if (is_binary) {
    return { type: is_blob ? 'blob' : type === 0xfe ? 'binary' : 'varbinary', decode: base64 };
  }
  return { type: format ?? (is_blob ? 'text' : type === 0xfe ? 'char' : 'varchar'), decode: text };
}
