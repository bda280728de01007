import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMessageReader } from './message-reader.ts';

interface Message {
  readonly type: number;
  readonly body: Uint8Array;
}

function encode({ type, body }: Message): Buffer {
  const bytes = Buffer.alloc(5 + body.length);
  bytes[0] = type;
  bytes.writeUInt32BE(4 + body.length, 1);
  bytes.set(body, 5);
  return bytes;
}

const message = fc.record({
  type: fc.integer({ min: 65, max: 90 }),
  body: fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.uint8Array({ maxLength: 300 })),
});

/** What a reader hands over of the bytes when they come in pieces of these sizes. */
function readIn(pieces: readonly number[], bytes: Buffer, unwanted: ReadonlySet<number>): readonly Message[] {
  const read: Message[] = [];
  const reader = createMessageReader({
    message: (type, chunk, start, end) => read.push({ type, body: Uint8Array.from(chunk.subarray(start + 5, end)) }),
    wanted: (type) => !unwanted.has(type),
  });
  let at = 0;
  for (let piece = 0; at < bytes.length; piece += 1) {
    const next = Math.min(bytes.length, at + (pieces[piece % pieces.length] ?? 1));
    // A copy, overwritten afterwards: nothing may be kept of a chunk.
    const chunk = Buffer.from(bytes.subarray(at, next));
    reader.read(chunk);
    chunk.fill(0xff);
    at = next;
  }
  return read;
}

test('messages are the same however the bytes are cut', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 20 }), sizes, (messages, pieces) => {
      expect(readIn(pieces, Buffer.concat(messages.map((item) => encode(item))), new Set())).toEqual(
        messages.map(({ type, body }) => ({ type, body: Uint8Array.from(body) })),
      );
    }),
  );
});

test('an unwanted message that is cut is passed over, and the next one is read', () => {
  const big = { type: 0x44, body: new Uint8Array(10_000).fill(7) };
  const small = { type: 0x5a, body: Uint8Array.of(0x49) };
  for (const piece of [1, 3, 5, 6, 1_000, 9_999, 10_004]) {
    expect(
      readIn([piece], Buffer.concat([big, small, big, small].map((item) => encode(item))), new Set([0x44])),
    ).toEqual([small, small]);
  }
});

test('memory for an unwanted message is never taken', () => {
  const header = encode({ type: 0x44, body: new Uint8Array(0) });
  header.writeUInt32BE(0x7fffffff, 1);
  const read: number[] = [];
  const reader = createMessageReader({ message: (type) => read.push(type), wanted: () => false });
  reader.read(header);
  for (let index = 0; index < 100; index += 1) reader.read(Buffer.alloc(65_536));
  expect(read).toEqual([]);
});
