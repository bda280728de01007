// Reads what a client of TDS sends: PRELOGIN, LOGIN7, SQLBatch, RPC, transaction manager requests (MS-TDS 2.2.6).

export interface Login {
  readonly tds_version: number;
  readonly user: string;
  readonly password: string;
  readonly application: string;
  readonly host: string;
  readonly database: string;
  /** ApplicationIntent=ReadOnly. */
  readonly read_only_intent: boolean;
}

/** A parameter of an RPC, with its type as T-SQL would write it. */
export interface WireParameter {
  readonly name: string;
  readonly type: string;
  readonly value: string | number | bigint | boolean | null;
}

export interface Rpc {
  /** `sp_executesql` … */
  readonly procedure: string;
  readonly parameters: readonly WireParameter[];
}

/** MS-TDS 2.2.6.6: the procedures that have numbers. */
const procedures: Readonly<Record<number, string>> = {
  1: 'sp_cursor',
  2: 'sp_cursoropen',
  10: 'sp_executesql',
  11: 'sp_prepare',
  12: 'sp_execute',
  13: 'sp_prepexec',
  14: 'sp_prepexecrpc',
  15: 'sp_unprepare',
};

/** What the client says of encryption: 0 off, 1 on, 2 not supported, 3 required. */
export function readEncryption(body: Buffer): number {
  for (let at = 0; body.readUInt8(at) !== 0xff; at += 5) {
    if (body.readUInt8(at) === 1) return body.readUInt8(body.readUInt16BE(at + 1));
  }
  return 2;
}

export function readLogin(body: Buffer): Login {
  const bytes = (at: number): Buffer => {
    const start = body.readUInt16LE(at);
    return body.subarray(start, start + body.readUInt16LE(at + 2) * 2);
  };
  const text = (at: number): string => bytes(at).toString('utf16le');
  const scrambled = Buffer.from(bytes(44)).map((byte) => {
    const swapped = byte ^ 0xa5;
    return ((swapped & 0x0f) << 4) | (swapped >> 4);
  });
  return {
    tds_version: body.readUInt32LE(4),
    host: text(36),
    user: text(40),
    password: Buffer.from(scrambled).toString('utf16le'),
    application: text(48),
    database: text(68),
    read_only_intent: (body.readUInt8(26) & 0x20) !== 0,
  };
}

export function readBatch(body: Buffer): string {
  return body.subarray(afterHeaders(body)).toString('utf16le');
}

export function readRpc(body: Buffer): Rpc {
  const reader = new Reader(body, afterHeaders(body));
  const length = reader.u16();
  const procedure = length === 0xffff ? (procedures[reader.u16()] ?? '') : reader.utf16(length);
  reader.u16();
  const parameters: WireParameter[] = [];
  while (!reader.at_end) parameters.push(readParameter(reader));
  return { procedure, parameters };
}

/** ALL_HEADERS begins with its own length. */
function afterHeaders(body: Buffer): number {
  const length = body.readUInt32LE(0);
  // Clients before TDS 7.2 send none; a text begins otherwise than such a small number.
  return length > 0 && length < 64 && length <= body.length ? length : 0;
}

function readParameter(reader: Reader): WireParameter {
  const name = reader.utf16(reader.u8()).replace(/^@/, '');
  reader.u8();
  const code = reader.u8();
  if (code === 0xe7) return { name, ...readText(reader) };
  const size = reader.u8();
  const length = reader.u8();
  const value = reader.bytes(length);
  const known: Readonly<Record<number, () => Omit<WireParameter, 'name'>>> = {
    0x26: () => ({ type: { 1: 'tinyint', 2: 'smallint', 4: 'int', 8: 'bigint' }[size] ?? '?', value: integer(value) }),
    0x6d: () => ({ type: size === 8 ? 'float' : 'real', value: length === 0 ? null : value.readDoubleLE() }),
    0x68: () => ({ type: 'bit', value: length === 0 ? null : value.readUInt8() !== 0 }),
  };
  const read = known[code];
  if (read === undefined) throw new TypeError(`A parameter of type 0x${code.toString(16)} is not known here`);
  return { name, ...read() };
}

function integer(value: Buffer): bigint | null {
  if (value.length === 0) return null;
  return value.length === 8 ? value.readBigInt64LE() : BigInt(value.readIntLE(0, value.length));
}

function readText(reader: Reader): Omit<WireParameter, 'name'> {
  const size = reader.u16();
  reader.bytes(5);
  if (size !== 0xffff) {
    const length = reader.u16();
    const value = length === 0xffff ? null : reader.bytes(length).toString('utf16le');
    return { type: `nvarchar(${size / 2})`, value };
  }
  if (reader.u64() === 0xffffffffffffffffn) return { type: 'nvarchar(max)', value: null };
  const chunks: Buffer[] = [];
  for (let length = reader.u32(); length > 0; length = reader.u32()) chunks.push(reader.bytes(length));
  return { type: 'nvarchar(max)', value: Buffer.concat(chunks).toString('utf16le') };
}

class Reader {
  readonly #body: Buffer;
  #at: number;

  constructor(body: Buffer, at: number) {
    this.#body = body;
    this.#at = at;
  }

  get at_end(): boolean {
    return this.#at >= this.#body.length;
  }

  bytes(length: number): Buffer {
    this.#at += length;
    if (this.#at > this.#body.length) throw new TypeError('The request ends too early');
    return this.#body.subarray(this.#at - length, this.#at);
  }

  u8(): number {
    return this.bytes(1).readUInt8();
  }

  u16(): number {
    return this.bytes(2).readUInt16LE();
  }

  u32(): number {
    return this.bytes(4).readUInt32LE();
  }

  u64(): bigint {
    return this.bytes(8).readBigUInt64LE();
  }

  utf16(characters: number): string {
    return this.bytes(characters * 2).toString('utf16le');
  }
}
