// The packets of MySQL's client/server protocol that a statement needs: written and read here, and nowhere else.
import { longest_packet } from './packet-reader.ts';

export const command = {
  quit: 0x01,
  query: 0x03,
  prepare: 0x16,
  execute: 0x17,
  reset_connection: 0x1f,
} as const;

/** First byte of a payload. */
export const head = { ok: 0x00, end: 0xfe, error: 0xff, local_infile: 0xfb } as const;

/** Status flag: another result follows. */
export const more_results = 0x0008;

/** The server's answer to a statement that failed. */
export class MysqlServerError extends Error {
  readonly errno: number;
  readonly sqlstate: string;

  constructor(errno: number, sqlstate: string, message: string) {
    super(message);
    this.name = 'MysqlServerError';
    this.errno = errno;
    this.sqlstate = sqlstate;
    // What a log shows: the frames of our own reader say nothing.
    this.stack = `${this.name}: ${message}`;
  }
}

/** A command with its payload. */
export function commandPacket(code: number, payload: Buffer): Buffer {
  const length = payload.length + 1;
  if (length >= longest_packet) throw new MysqlServerError(1153, '08S01', 'The values are larger than one packet');
  const packet = Buffer.allocUnsafe(length + 4);
  packet.writeUIntLE(length, 0, 3);
  packet.writeUInt8(0, 3);
  packet.writeUInt8(code, 4);
  payload.copy(packet, 5);
  return packet;
}

const none = Buffer.alloc(0);
export const quitPacket = commandPacket(command.quit, none);
export const resetPacket = commandPacket(command.reset_connection, none);

export function queryPacket(text: string): Buffer {
  return commandPacket(command.query, Buffer.from(text, 'utf8'));
}

export function preparePacket(text: string): Buffer {
  return commandPacket(command.prepare, Buffer.from(text, 'utf8'));
}

/** A place in the bytes of a payload. */
export interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/** A length-encoded integer. */
export function readLength(cursor: Cursor): number {
  const { bytes } = cursor;
  const first = bytes.readUInt8(cursor.at);
  cursor.at += 1;
  if (first < 0xfb) return first;
  const size = first === 0xfc ? 2 : first === 0xfd ? 3 : 8;
  const value = size === 8 ? Number(bytes.readBigUInt64LE(cursor.at)) : bytes.readUIntLE(cursor.at, size);
  cursor.at += size;
  return value;
}

/** Passes over a length-encoded text and says where it lay. */
export function readSlice(cursor: Cursor): Buffer {
  const length = readLength(cursor);
  const start = cursor.at;
  cursor.at += length;
  return cursor.bytes.subarray(start, cursor.at);
}

export interface OkPacket {
  readonly affected_rows: number;
  readonly status: number;
}

export function readOk(bytes: Buffer, start: number): OkPacket {
  const cursor = { bytes, at: start + 1 };
  const affected_rows = readLength(cursor);
  readLength(cursor);
  return { affected_rows, status: bytes.readUInt16LE(cursor.at) };
}

export function isEnd(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === head.end && end - start < 9;
}

export function endStatus(bytes: Buffer, start: number): number {
  return bytes.readUInt16LE(start + 3);
}

export function readError(bytes: Buffer, start: number, end: number): MysqlServerError {
  const errno = bytes.readUInt16LE(start + 1);
  const has_state = bytes[start + 3] === 0x23;
  const sqlstate = has_state ? bytes.toString('latin1', start + 4, start + 9) : 'HY000';
  return new MysqlServerError(errno, sqlstate, bytes.toString('utf8', start + (has_state ? 9 : 3), end));
}

export interface PreparedPacket {
  readonly id: number;
  readonly columns: number;
  readonly parameters: number;
}

export function readPrepared(bytes: Buffer, start: number): PreparedPacket {
  return {
    id: bytes.readUInt32LE(start + 1),
    columns: bytes.readUInt16LE(start + 5),
    parameters: bytes.readUInt16LE(start + 7),
  };
}

export interface ColumnPacket {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  /** 63 is binary. */
  readonly charset: number;
  /** Digits after the point of a number or of a second; 31 when not fixed. */
  readonly decimals: number;
  /** MariaDB says `json` of texts that are JSON, and names such as `uuid`. */
  readonly format: string | undefined;
}

/** `extended`: whether MariaDB's extended metadata were agreed on at the start of the connection. */
export function readColumn(bytes: Buffer, start: number, extended: boolean): ColumnPacket {
  const cursor = { bytes, at: start };
  for (let skipped = 0; skipped < 4; skipped += 1) readSlice(cursor);
  const name = readSlice(cursor).toString('utf8');
  readSlice(cursor);
  const format = extended ? readFormat(readSlice(cursor)) : undefined;
  const at = cursor.at + 1;
  return {
    name,
    charset: bytes.readUInt16LE(at),
    type: bytes.readUInt8(at + 6),
    flags: bytes.readUInt16LE(at + 7),
    decimals: bytes.readUInt8(at + 9),
    format,
  };
}

/** Pairs of a number and a text: 0 is the name of the type, 1 the format. */
function readFormat(block: Buffer): string | undefined {
  const cursor = { bytes: block, at: 0 };
  let format: string | undefined;
  while (cursor.at < block.length) {
    cursor.at += 1;
    format = readSlice(cursor).toString('latin1');
  }
  return format;
}
