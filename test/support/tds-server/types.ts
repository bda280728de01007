// The types of columns that the test server can send (MS-TDS 2.2.5.4 to 2.2.5.6). Values are given in the form that is
// easiest to compare with the specification: integers as bigint, dates as days, times as units of 100 ns.
import { bytes, shortText, u16, u32, u8 } from './tokens.ts';
import type { TdsType } from './tokens.ts';

/** Latin1_General_CI_AS. */
const collation = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

/** A value with its length before it in one byte; null is a length of zero. */
function short(info: readonly number[], encode: (value: never) => Buffer): TdsType {
  return {
    info: Buffer.from(info),
    write: (value) => {
      if (value === null) return u8(0);
      const encoded = encode(value as never);
      return Buffer.concat([u8(encoded.length), encoded]);
    },
  };
}

function littleEndian(value: bigint, size: number): Buffer {
  return bytes(size, (buffer) => {
    for (let at = 0; at < size; at += 1) buffer.writeUInt8(Number((value >> BigInt(8 * at)) & 0xffn), at);
  });
}

/** Of a `max` type: the whole length, chunks, and an end. */
function long(encoded: Buffer): Buffer {
  const chunk_bytes = 1024 * 1024;
  const chunks: Buffer[] = [];
  for (let at = 0; at < encoded.length; at += chunk_bytes) {
    const chunk = encoded.subarray(at, at + chunk_bytes);
    chunks.push(u32(chunk.length), chunk);
  }
  return Buffer.concat([littleEndian(BigInt(encoded.length), 8), ...chunks, u32(0)]);
}

const null_long = Buffer.alloc(8, 0xff);

function maxOf(info: Buffer, encode: (value: never) => Buffer): TdsType {
  return { info, write: (value) => (value === null ? null_long : long(encode(value as never))) };
}

const utf16 = (value: string): Buffer => Buffer.from(value, 'utf16le');
const raw = (value: Buffer): Buffer => value;

export function int(size: 1 | 2 | 4 | 8): TdsType {
  return short([0x26, size], (value: bigint) => littleEndian(value, size));
}

export const bit = short([0x68, 1], (value: boolean) => u8(value ? 1 : 0));
export const real = short([0x6d, 4], (value: number) => bytes(4, (buffer) => buffer.writeFloatLE(value)));
export const float = short([0x6d, 8], (value: number) => bytes(8, (buffer) => buffer.writeDoubleLE(value)));
/** In ten-thousandths. */
export const smallmoney = short([0x6e, 4], (value: bigint) => littleEndian(value, 4));
/** In ten-thousandths; the high half is sent first. */
export const money = short([0x6e, 8], (value: bigint) =>
  Buffer.concat([littleEndian(value >> 32n, 4), littleEndian(value & 0xffffffffn, 4)]),
);

/** The unscaled integer. */
export function decimal(precision: number, scale: number): TdsType {
  const size = precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17;
  return short([0x6a, size, precision, scale], (value: bigint) =>
    Buffer.concat([u8(value < 0n ? 0 : 1), littleEndian(value < 0n ? -value : value, size - 1)]),
  );
}

/** Days since 1900-01-01 and minutes. */
export const smalldatetime = short([0x6f, 4], ([days, minutes]: readonly [number, number]) =>
  Buffer.concat([u16(days), u16(minutes)]),
);
/** Days since 1900-01-01 and three-hundredths of a second. */
export const datetime = short([0x6f, 8], ([days, ticks]: readonly [number, number]) =>
  Buffer.concat([littleEndian(BigInt(days), 4), u32(ticks)]),
);
/** Days since 0001-01-01. */
export const date = short([0x28], (days: number) => littleEndian(BigInt(days), 3));

function timeBytes(scale: number): number {
  return scale <= 2 ? 3 : scale <= 4 ? 4 : 5;
}

/** In units of the scale. */
export function time(scale: number): TdsType {
  return short([0x29, scale], (value: bigint) => littleEndian(value, timeBytes(scale)));
}

export function datetime2(scale: number): TdsType {
  return short([0x2a, scale], ([clock, days]: readonly [bigint, number]) =>
    Buffer.concat([littleEndian(clock, timeBytes(scale)), littleEndian(BigInt(days), 3)]),
  );
}

/** Time and date in UTC, and the minutes to the local time. */
export function datetimeoffset(scale: number): TdsType {
  return short([0x2b, scale], ([clock, days, minutes]: readonly [bigint, number, number]) =>
    Buffer.concat([
      littleEndian(clock, timeBytes(scale)),
      littleEndian(BigInt(days), 3),
      littleEndian(BigInt(minutes), 2),
    ]),
  );
}

/** The sixteen bytes as they are on the wire. */
export const uniqueidentifier = short([0x24, 16], raw);

export function nvarchar(characters: number): TdsType {
  return {
    info: Buffer.concat([u8(0xe7), u16(characters * 2), collation]),
    write: (value) =>
      value === null ? u16(0xffff) : Buffer.concat([u16((value as string).length * 2), utf16(value as string)]),
  };
}

export function varchar(size: number): TdsType {
  return {
    info: Buffer.concat([u8(0xa7), u16(size), collation]),
    write: (value) =>
      value === null
        ? u16(0xffff)
        : Buffer.concat([u16((value as string).length), Buffer.from(value as string, 'latin1')]),
  };
}

export function varbinary(size: number): TdsType {
  return {
    info: Buffer.concat([u8(0xa5), u16(size)]),
    write: (value) => (value === null ? u16(0xffff) : Buffer.concat([u16((value as Buffer).length), value as Buffer])),
  };
}

export const rowversion: TdsType = {
  user_type: 80,
  info: Buffer.concat([u8(0xad), u16(8)]),
  write: (value) => (value === null ? u16(0xffff) : Buffer.concat([u16(8), value as Buffer])),
};

export const nvarcharMax = maxOf(Buffer.concat([u8(0xe7), u16(0xffff), collation]), utf16);
export const varbinaryMax = maxOf(Buffer.concat([u8(0xa5), u16(0xffff)]), raw);
export const xml = maxOf(Buffer.from([0xf1, 0]), utf16);
/** A type of the CLR, such as hierarchyid. */
export function clr(name: string): TdsType {
  const info = Buffer.concat([u8(0xf0), u16(0xffff), shortText('db'), shortText('sys'), shortText(name), u16(0)]);
  return maxOf(info, raw);
}

/** Base type, properties and value of the MS-TDS. */
export const sqlVariant: TdsType = {
  info: Buffer.concat([u8(0x62), u32(8_009)]),
  write: (value) => {
    if (value === null) return u32(0);
    const [base, properties, encoded] = value as readonly [number, Buffer, Buffer];
    return Buffer.concat([
      u32(2 + properties.length + encoded.length),
      u8(base),
      u8(properties.length),
      properties,
      encoded,
    ]);
  },
};
