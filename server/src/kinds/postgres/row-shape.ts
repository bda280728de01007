// How the rows of a statement become objects: decided once from the row description, then applied to the bytes of every
// row without anything in between.
import { parse as parseArray } from 'postgres-array';
import type { JsonValue } from '../../base/json.ts';
import type { Column, JsonRow } from '../../catalog/result.ts';
import { distinctNames } from '../sql/column-names.ts';
import { namesBytes } from '../sql/row-budget.ts';

export interface RowShape {
  readonly columns: readonly Column[];
  readonly names_bytes: number;
  readonly decoders: readonly ColumnDecoder[];
}

interface ColumnDecoder {
  readonly name: string;
  readonly decode: (bytes: Buffer, start: number, end: number) => JsonValue;
}

type Decode = ColumnDecoder['decode'];

/** What a row description says of a column. */
export interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

export function rowShape(fields: readonly Field[]): RowShape {
  const names = distinctNames(fields.map((field) => field.name));
  const decoders = fields.map((field, index) => ({
    name: names[index] ?? field.name,
    decode: typeOf(field.dataTypeID)?.decode ?? text,
  }));
  const columns = fields.map((field, index) => {
    const type = typeOf(field.dataTypeID)?.name;
    return { name: names[index] ?? field.name, ...(type === undefined ? {} : { type }) };
  });
  return { columns, names_bytes: namesBytes(names), decoders };
}

/** Reads one row: `start` is the first byte after the message's length (the count of columns). */
export function readRow(bytes: Buffer, start: number, shape: RowShape): JsonRow {
  const row: Record<string, JsonValue> = {};
  let at = start + 2;
  for (const { name, decode } of shape.decoders) {
    const length = bytes.readInt32BE(at);
    at += 4;
    const value = length < 0 ? null : decode(bytes, at, at + length);
    if (length > 0) at += length;
    // Assigning to this name would set the object's prototype and lose the value.
    if (name === '__proto__') Object.defineProperty(row, name, { value, enumerable: true });
    else row[name] = value;
  }
  return row;
}

const text: Decode = (bytes, start, end) => bytes.toString('utf8', start, end);

/** At most nine digits fit a double and a 32-bit integer alike: read without making a string first. */
const integer: Decode = (bytes, start, end) => {
  const negative = bytes[start] === 0x2d;
  let value = 0;
  for (let at = negative ? start + 1 : start; at < end; at += 1) value = value * 10 + ((bytes[at] ?? 0x30) - 0x30);
  return negative && value !== 0 ? -value : value;
};

const bigint: Decode = (bytes, start, end) => {
  if (end - start <= 15) return integer(bytes, start, end);
  return safeInteger(bytes.toString('latin1', start, end));
};

function safeInteger(written: string): JsonValue {
  const value = Number(written);
  return Number.isSafeInteger(value) ? value : written;
}

const float: Decode = (bytes, start, end) => finiteOrText(bytes.toString('latin1', start, end));

/** JSON has no NaN and no infinity: they stay the words that PostgreSQL writes. */
function finiteOrText(written: string): JsonValue {
  const value = Number(written);
  return Number.isFinite(value) ? value : written;
}

const numeric: Decode = (bytes, start, end) => exactNumeric(bytes.toString('latin1', start, end));

/** A double keeps any decimal of 15 significant digits; a longer one stays text, so that no digit is lost. */
function exactNumeric(written: string): JsonValue {
  if (written.length > 15) {
    const digits = written.replace(/^-?0*\.?0*/, '').replace('.', '').length;
    if (digits > 15) return written;
  }
  return finiteOrText(written);
}

const boolean: Decode = (bytes, start) => bytes[start] === 0x74;

const json: Decode = (bytes, start, end) => parseJsonText(bytes.toString('utf8', start, end));

/** An integer beyond 2^53 stays as written, as it does outside JSON; it has at least 16 digits. */
function parseJsonText(written: string): JsonValue {
  if (!/\d{16}/.test(written)) return JSON.parse(written) as JsonValue;
  return JSON.parse(written, exactInteger) as JsonValue;
}

function exactInteger(_key: string, value: unknown, { source = '' }: { source?: string } = {}): unknown {
  return typeof value === 'number' && /^-?\d+$/.test(source) && !Number.isSafeInteger(value) ? source : value;
}

/** `\x6869` as base64. */
const bytea: Decode = (bytes, start, end) => bytesOf(bytes.toString('latin1', start, end));

function bytesOf(written: string): string {
  return Buffer.from(written.slice(2), 'hex').toString('base64');
}

/** A decoder for one element of an array, which is a string already. */
function arrayOf(element: (written: string) => JsonValue): Decode {
  return (bytes, start, end) => parseArray(bytes.toString('utf8', start, end), element) as JsonValue;
}

const asText = (written: string): JsonValue => written;
const asBoolean = (written: string): JsonValue => written === 't';

interface KnownType {
  readonly name: string;
  readonly decode: Decode;
}

interface TypeRow {
  readonly name: string;
  readonly oid: number;
  readonly array_oid: number;
  readonly decode: Decode;
  readonly element: (written: string) => JsonValue;
}

// Object identifiers of the built-in types (pg_type.dat); they never change. Other types stay text.
// oxfmt-ignore
const types: readonly TypeRow[] = [
  { name: 'bool',        oid: 16,   array_oid: 1000, decode: boolean, element: asBoolean },
  { name: 'bytea',       oid: 17,   array_oid: 1001, decode: bytea,   element: bytesOf },
  { name: 'char',        oid: 18,   array_oid: 1002, decode: text,    element: asText },
  { name: 'name',        oid: 19,   array_oid: 1003, decode: text,    element: asText },
  { name: 'int8',        oid: 20,   array_oid: 1016, decode: bigint,  element: safeInteger },
  { name: 'int2',        oid: 21,   array_oid: 1005, decode: integer, element: safeInteger },
  { name: 'int4',        oid: 23,   array_oid: 1007, decode: integer, element: safeInteger },
  { name: 'text',        oid: 25,   array_oid: 1009, decode: text,    element: asText },
  { name: 'oid',         oid: 26,   array_oid: 1028, decode: integer, element: safeInteger },
  { name: 'json',        oid: 114,  array_oid: 199,  decode: json,    element: parseJsonText },
  { name: 'xml',         oid: 142,  array_oid: 143,  decode: text,    element: asText },
  { name: 'float4',      oid: 700,  array_oid: 1021, decode: float,   element: finiteOrText },
  { name: 'float8',      oid: 701,  array_oid: 1022, decode: float,   element: finiteOrText },
  { name: 'money',       oid: 790,  array_oid: 791,  decode: text,    element: asText },
  { name: 'inet',        oid: 869,  array_oid: 1041, decode: text,    element: asText },
  { name: 'cidr',        oid: 650,  array_oid: 651,  decode: text,    element: asText },
  { name: 'macaddr',     oid: 829,  array_oid: 1040, decode: text,    element: asText },
  { name: 'bpchar',      oid: 1042, array_oid: 1014, decode: text,    element: asText },
  { name: 'varchar',     oid: 1043, array_oid: 1015, decode: text,    element: asText },
  { name: 'date',        oid: 1082, array_oid: 1182, decode: text,    element: asText },
  { name: 'time',        oid: 1083, array_oid: 1183, decode: text,    element: asText },
  { name: 'timestamp',   oid: 1114, array_oid: 1115, decode: text,    element: asText },
  { name: 'timestamptz', oid: 1184, array_oid: 1185, decode: text,    element: asText },
  { name: 'interval',    oid: 1186, array_oid: 1187, decode: text,    element: asText },
  { name: 'timetz',      oid: 1266, array_oid: 1270, decode: text,    element: asText },
  { name: 'bit',         oid: 1560, array_oid: 1561, decode: text,    element: asText },
  { name: 'varbit',      oid: 1562, array_oid: 1563, decode: text,    element: asText },
  { name: 'numeric',     oid: 1700, array_oid: 1231, decode: numeric, element: exactNumeric },
  { name: 'uuid',        oid: 2950, array_oid: 2951, decode: text,    element: asText },
  { name: 'jsonb',       oid: 3802, array_oid: 3807, decode: json,    element: parseJsonText },
];

const known: ReadonlyMap<number, KnownType> = new Map(
  types.flatMap(({ name, oid, array_oid, decode, element }) => [
    [oid, { name, decode }],
    [array_oid, { name: `${name}[]`, decode: arrayOf(element) }],
  ]),
);

function typeOf(oid: number): KnownType | undefined {
  return known.get(oid);
}
