// Cuts the bytes of a PostgreSQL connection into messages. A message that is whole within a chunk is handed over in
// place; a cut one is gathered in a buffer of its own size; a row that nobody wants is passed over unread, however big.

/** The type is the message's first byte; its length is the four bytes after that (they count themselves). */
export const header_bytes = 5;

export interface MessageHandler {
  /** A whole message: header at `start`, `end` is one past its last byte. The bytes are valid during the call only. */
  message(type: number, bytes: Buffer, start: number, end: number): void;
  /** A message that is not whole yet: whether it is worth keeping. False: it is passed over, and `message` not called. */
  wanted(type: number, length: number): boolean;
}

const none = Buffer.alloc(0);

export interface MessageReader {
  read(chunk: Buffer): void;
}

export function createMessageReader(handler: MessageHandler): MessageReader {
  /** What is there of the message that a chunk cut: its header first, then all of it. */
  let part = none;
  let filled = 0;
  let passing = 0;

  /** Takes bytes of the chunk for the message under way; returns how many. */
  function fill(chunk: Buffer, from: number): number {
    const taken = chunk.copy(part, filled, from);
    filled += taken;
    return taken;
  }

  function read(chunk: Buffer): void {
    let at = Math.min(passing, chunk.length);
    passing -= at;
    while (at < chunk.length) {
      if (filled > 0 || chunk.length - at < header_bytes) {
        at = readCut(chunk, at);
        continue;
      }
      const end = at + 1 + chunk.readUInt32BE(at + 1);
      if (end <= chunk.length) {
        handler.message(chunk.readUInt8(at), chunk, at, end);
        at = end;
      } else {
        part = Buffer.allocUnsafe(header_bytes);
        at = readCut(chunk, at);
      }
    }
  }

  /** Goes on with a message that does not lie whole in one chunk. */
  function readCut(chunk: Buffer, from: number): number {
    if (filled === 0) part = Buffer.allocUnsafe(header_bytes);
    let at = from;
    if (filled < header_bytes) {
      at += fill(chunk, at);
      if (filled < header_bytes) return at;
      const size = 1 + part.readUInt32BE(1);
      if (size > header_bytes && !handler.wanted(part.readUInt8(0), size)) {
        const passed = Math.min(size - header_bytes, chunk.length - at);
        passing = size - header_bytes - passed;
        filled = 0;
        return at + passed;
      }
      const head = part;
      part = Buffer.allocUnsafe(Math.max(size, header_bytes));
      head.copy(part);
    }
    at += fill(chunk, at);
    if (filled === part.length) {
      const whole = part;
      part = none;
      filled = 0;
      handler.message(whole.readUInt8(0), whole, 0, whole.length);
    }
    return at;
  }

  return { read };
}
