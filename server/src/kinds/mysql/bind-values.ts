// The values of a call as the binary protocol takes them: never part of the statement's text.
import type { ArgumentValue, Parameter } from '../../catalog/parameters.ts';
import { command, commandPacket } from './packets.ts';
import { writeJson } from '../../base/json.ts';

const type = { double: 0x05, null: 0x06, bigint: 0x08, varchar: 0xfd } as const;
const unsigned = 0x80;

interface Bound {
  readonly type: number;
  readonly flag: number;
  readonly bytes: Buffer;
}

/** COM_STMT_EXECUTE. */
export function executePacket(
  statement_id: number,
  values: readonly ArgumentValue[],
  parameters: readonly Parameter[],
): Buffer {
  const start = Buffer.alloc(9);
  start.writeUInt32LE(statement_id, 0);
  start.writeUInt32LE(1, 5);
  if (values.length === 0) return commandPacket(command.execute, start);
  const bound = values.map((value, index) => bind(value, parameters[index]?.type === 'integer'));
  const nulls = Buffer.alloc(Math.ceil(values.length / 8));
  for (const [index, value] of values.entries()) {
    if (value === null) nulls[index >> 3] = (nulls[index >> 3] ?? 0) | (1 << (index & 7));
  }
  const types = Buffer.from([1, ...bound.flatMap((one) => [one.type, one.flag])]);
  return commandPacket(command.execute, Buffer.concat([start, nulls, types, ...bound.map(({ bytes }) => bytes)]));
}

function bind(value: ArgumentValue, is_integer: boolean): Bound {
  switch (typeof value) {
    case 'boolean':
      return bindInteger(value ? 1n : 0n);
    case 'bigint':
      return bindInteger(value);
    case 'number': {
      if (is_integer && Number.isSafeInteger(value)) return bindInteger(BigInt(value));
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value);
      return { type: type.double, flag: 0, bytes };
    }
    case 'string':
      return bindText(value);
    default:
      if (value === null) return { type: type.null, flag: 0, bytes: Buffer.alloc(0) };
      // There are no arrays and no maps in MySQL; JSON_TABLE and JSON_CONTAINS take them as JSON.
      return bindText(writeJson(value));
  }
}

function bindInteger(value: bigint): Bound {
  if (value < -(2n ** 63n) || value >= 2n ** 64n) return bindText(value.toString());
  const bytes = Buffer.alloc(8);
  if (value < 2n ** 63n) bytes.writeBigInt64LE(value);
  else bytes.writeBigUInt64LE(value);
  return { type: type.bigint, flag: value < 2n ** 63n ? 0 : unsigned, bytes };
}

function bindText(text: string): Bound {
  const length = Buffer.byteLength(text);
  const size = length < 0xfb ? 0 : length <= 0xff_ff ? 2 : length <= 0xff_ff_ff ? 3 : 8;
  const bytes = Buffer.allocUnsafe(1 + size + length);
  if (size === 0) bytes.writeUInt8(length, 0);
  else {
    bytes.writeUInt8(size === 2 ? 0xfc : size === 3 ? 0xfd : 0xfe, 0);
    if (size === 8) bytes.writeBigUInt64LE(BigInt(length), 1);
    else bytes.writeUIntLE(length, 1, size);
  }
  bytes.write(text, 1 + size, 'utf8');
  return { type: type.varchar, flag: 0, bytes };
}
