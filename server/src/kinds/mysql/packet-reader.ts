// Cuts the bytes of a MySQL connection into payloads. A payload that is whole within a chunk is handed over in place; a cut
// one is gathered in a buffer of its own size; one that nobody wants is passed over unread, however big.

/** Three bytes of length, one of sequence. */
const header_bytes = 4;
/** A packet of this length is continued by the next one. */
export const longest_packet = 0xff_ff_ff;

export interface PayloadHandler {
  /** A whole payload. The bytes are valid during the call only. */
  payload(bytes: Buffer, start: number, end: number): void;
  /** A payload that is not whole yet, with its length as far as known. False: it is passed over. */
  wanted(length: number): boolean;
}

export interface PacketReader {
  read(chunk: Buffer): void;
}

export function createPacketReader(handler: PayloadHandler): PacketReader {
  const head = Buffer.alloc(header_bytes);
  let head_filled = 0;
  /** Bytes of the packet under way that have not come yet. */
  let missing = 0;
  let inside = false;
  let continues = false;
  let passing = false;
  let parts: Buffer[] = [];
  let filled = 0;
  let length_before = 0;

  function read(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (inside) at = readInside(chunk, at);
      else if (head_filled === 0 && parts.length === 0 && !passing && chunk.length - at >= header_bytes) {
        const length = chunk.readUIntLE(at, 3);
        const start = at + header_bytes;
        if (length < longest_packet && start + length <= chunk.length) {
          handler.payload(chunk, start, start + length);
          at = start + length;
        } else at = readHead(chunk, at);
      } else at = readHead(chunk, at);
    }
  }

  function readHead(chunk: Buffer, at: number): number {
    const taken = chunk.copy(head, head_filled, at, at + header_bytes - head_filled);
    head_filled += taken;
    if (head_filled === header_bytes) begin(head.readUIntLE(0, 3));
    return at + taken;
  }

  function begin(length: number): void {
    head_filled = 0;
    inside = true;
    missing = length;
    continues = length === longest_packet;
    passing ||= !handler.wanted(length_before + length);
    length_before += length;
    filled = 0;
    if (passing) parts = [];
    else parts.push(Buffer.allocUnsafe(length));
    if (missing === 0) end();
  }

  function readInside(chunk: Buffer, at: number): number {
    const taken = Math.min(missing, chunk.length - at);
    const part = parts.at(-1);
    if (part !== undefined) filled += chunk.copy(part, filled, at, at + taken);
    missing -= taken;
    if (missing === 0) end();
    return at + taken;
  }

  function end(): void {
    inside = false;
    if (continues) return;
    const [first] = parts;
    const whole = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
    const was_passing = passing;
    parts = [];
    passing = false;
    length_before = 0;
    if (!was_passing) handler.payload(whole, 0, whole.length);
  }

  return { read };
}
