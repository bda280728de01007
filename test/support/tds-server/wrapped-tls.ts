// TLS as TDS 7 does it: the handshake inside PRELOGIN packets, then nothing around it (MS-TDS 2.2.6.5, 3.3.5.2).
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { MessageReader, packetType, toPackets } from './packets.ts';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const packet_bytes = 4_096;

/** What the client says inside TLS; the socket must have been read up to the beginning of the handshake. */
export function wrapTls(socket: Socket, certificate: Certificate): TLSSocket {
  const reader = new MessageReader();
  let handshaking = true;
  let flight: Buffer[] = [];
  const outer = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      if (!handshaking) return void socket.write(chunk, () => done());
      // A client expects one message for each of its own: what is written together goes into one.
      if (flight.length === 0) setImmediate(flush);
      flight.push(chunk);
      done();
    },
    final: (done) => {
      socket.end();
      done();
    },
  });
  // A client that speaks TLS 1.3 ends the handshake outside the packets; servers of TDS 7 do not offer it.
  const inner = new TLSSocket(outer, { isServer: true, ...certificate, maxVersion: 'TLSv1.2' });
  let secure = false;
  inner.on('secure', () => {
    secure = true;
  });
  inner.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    if (!handshaking) return void outer.push(bytes);
    for (const { body } of reader.push(bytes)) outer.push(body);
  });
  socket.on('close', () => inner.destroy());
  return inner;

  function flush(): void {
    socket.write(toPackets(packetType.prelogin, Buffer.concat(flight), { size: packet_bytes, last: true }));
    flight = [];
    if (secure) handshaking = false;
  }
}
