// Packets and messages of TDS (MS-TDS 2.2.3): what a message is cut into on the wire.

export const packetType = {
  batch: 1,
  rpc: 3,
  reply: 4,
  attention: 6,
  transaction: 14,
  login: 16,
  prelogin: 18,
} as const;

const header_bytes = 8;
const end_of_message = 0x01;
const ignore = 0x02;
const reset_connection = 0x08;

export interface Message {
  readonly type: number;
  readonly body: Buffer;
  /** RESETCONNECTION: the session is to be as new before the request is run. */
  readonly resets: boolean;
  /** The client took it back before it was sent as a whole. */
  readonly ignored: boolean;
}

/** Takes the bytes of a connection as they come, and gives the messages that are complete. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0);
  #bodies: Buffer[] = [];
  #resets = false;

  push(bytes: Buffer): readonly Message[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const messages: Message[] = [];
    while (this.#rest.length >= header_bytes) {
      const length = this.#rest.readUInt16BE(2);
      if (this.#rest.length < length) break;
      const packet = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      const status = packet.readUInt8(1);
      this.#bodies.push(packet.subarray(header_bytes));
      this.#resets ||= (status & reset_connection) !== 0;
      if ((status & end_of_message) === 0) continue;
      const body = Buffer.concat(this.#bodies);
      messages.push({ type: packet.readUInt8(0), body, resets: this.#resets, ignored: (status & ignore) !== 0 });
      this.#bodies = [];
      this.#resets = false;
    }
    return messages;
  }
}

/** The packets of a part of a message; `last` ends it. */
export function toPackets(
  type: number,
  body: Buffer,
  options: { readonly size: number; readonly last: boolean },
): Buffer {
  const room = options.size - header_bytes;
  const packets: Buffer[] = [];
  for (let at = 0; at < body.length || (at === 0 && options.last); at += room) {
    const part = body.subarray(at, at + room);
    const header = Buffer.alloc(header_bytes);
    header.writeUInt8(type, 0);
    header.writeUInt8(options.last && at + room >= body.length ? end_of_message : 0, 1);
    header.writeUInt16BE(part.length + header_bytes, 2);
    header.writeUInt8((packets.length + 1) & 0xff, 6);
    packets.push(header, part);
  }
  return Buffer.concat(packets);
}
