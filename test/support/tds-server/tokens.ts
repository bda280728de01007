// Writes the tokens of a server's answer (MS-TDS 2.2.7).

export interface TdsColumn {
  readonly name: string;
  readonly type: TdsType;
}

/** A type of a column: its TYPE_INFO, and how a value is written in a row. */
export interface TdsType {
  readonly info: Buffer;
  readonly user_type?: number;
  write(value: unknown): Buffer;
}

const done = { more: 0x01, error: 0x02, count: 0x10, attention: 0x20 } as const;

export function bytes(size: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(size);
  write(buffer);
  return buffer;
}

export function u8(value: number): Buffer {
  return Buffer.from([value]);
}

export function u16(value: number): Buffer {
  return bytes(2, (buffer) => buffer.writeUInt16LE(value));
}

export function u32(value: number): Buffer {
  return bytes(4, (buffer) => buffer.writeUInt32LE(value));
}

/** A text with its length in characters before it, in one byte. */
export function shortText(text: string): Buffer {
  return Buffer.concat([u8(text.length), Buffer.from(text, 'utf16le')]);
}

function longText(text: string): Buffer {
  return Buffer.concat([u16(text.length), Buffer.from(text, 'utf16le')]);
}

function sized(token: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u8(token), u16(body.length), body]);
}

/** Of a database, language, packet size: the new and the old text. */
export function envChange(kind: number, value: string): Buffer {
  return sized(0xe3, u8(kind), shortText(value), shortText(''));
}

/** Of a collation or a transaction: bytes. */
export function envChangeBytes(kind: number, value: Buffer, old: Buffer = Buffer.alloc(0)): Buffer {
  return sized(0xe3, u8(kind), u8(value.length), value, u8(old.length), old);
}

/** TDS 7.4. */
export function loginAck(): Buffer {
  return sized(0xad, u8(1), Buffer.from([0x74, 0, 0, 4]), shortText('TDS test server'), Buffer.from([16, 0, 0, 0]));
}

export interface ServerError {
  readonly number: number;
  readonly message: string;
  readonly severity?: number;
}

export function errorToken({ number, message, severity = 16 }: ServerError): Buffer {
  // Names that a real server sends and that nobody outside may see.
  return sized(
    0xaa,
    u32(number),
    u8(1),
    u8(severity),
    longText(message),
    shortText('plantedsecret-host'),
    shortText(''),
    u32(1),
  );
}

export function infoToken(message: string): Buffer {
  return sized(0xab, u32(0), u8(1), u8(0), longText(message), shortText('plantedsecret-host'), shortText(''), u32(1));
}

export function columnsToken(columns: readonly TdsColumn[]): Buffer {
  const nullable = 0x01;
  const described = columns.flatMap(({ name, type }) => [
    u32(type.user_type ?? 0),
    u16(nullable),
    type.info,
    shortText(name),
  ]);
  return Buffer.concat([u8(0x81), u16(columns.length), ...described]);
}

export function rowToken(columns: readonly TdsColumn[], values: readonly unknown[]): Buffer {
  return Buffer.concat([u8(0xd1), ...columns.map(({ type }, index) => type.write(values[index] ?? null))]);
}

/** A row whose nulls are bits, as servers write rows with many of them. */
export function sparseRowToken(columns: readonly TdsColumn[], values: readonly unknown[]): Buffer {
  const nulls = Buffer.alloc(Math.ceil(columns.length / 8));
  for (const [index, value] of values.entries()) {
    if (value === null) nulls.writeUInt8(nulls.readUInt8(index >> 3) | (1 << (index & 7)), index >> 3);
  }
  const present = columns.flatMap(({ type }, index) => (values[index] === null ? [] : [type.write(values[index])]));
  return Buffer.concat([u8(0xd2), nulls, ...present]);
}

function doneToken(token: number, status: number, count: number): Buffer {
  return Buffer.concat([
    u8(token),
    u16(status),
    u16(0xc1),
    bytes(8, (buffer) => buffer.writeBigUInt64LE(BigInt(count))),
  ]);
}

/** A statement inside a procedure has ended; with the number of its rows, where it has one. */
export function doneInProc(count?: number): Buffer {
  return doneToken(0xff, done.more | (count === undefined ? 0 : done.count), count ?? 0);
}

export function returnStatus(): Buffer {
  return Buffer.concat([u8(0x79), u32(0)]);
}

export function doneProc(failed = false): Buffer {
  return doneToken(0xfe, failed ? done.error : 0, 0);
}

export function doneBatch(options: { readonly failed?: boolean; readonly count?: number } = {}): Buffer {
  const status = (options.failed === true ? done.error : 0) | (options.count === undefined ? 0 : done.count);
  return doneToken(0xfd, status, options.count ?? 0);
}

export function doneAttention(): Buffer {
  return doneToken(0xfd, done.attention, 0);
}
