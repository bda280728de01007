// A connection of the PostgreSQL driver to the embedded database: a stream that looks like a socket. The driver speaks
// the same protocol over it as over the network, so both forms share every line above.
import { Duplex } from 'node:stream';

/** The end of the embedded database that a connection talks to. */
export interface EmbeddedPeer {
  /** Resolves when the database takes bytes. */
  ready(): Promise<void>;
  /** Sends bytes; the answer goes to `receive`. */
  send(bytes: Uint8Array): void;
  /** Undoes what this connection left behind. */
  reset(): void;
}

/** AuthenticationOk, ReadyForQuery(idle): the answer to the start-up message. Access is that of the process. */
const welcome = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
const terminate = 0x58;

export class EmbeddedConnection extends Duplex {
  readonly #peer: EmbeddedPeer;
  #started = false;

  constructor(peer: EmbeddedPeer) {
    super({ allowHalfOpen: false });
    this.#peer = peer;
  }

  /** Called by the driver as on a socket. */
  connect(): void {
    this.#peer.ready().then(
      () => this.emit('connect'),
      (error: unknown) => this.destroy(error instanceof Error ? error : undefined),
    );
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /** Bytes from the database. */
  receive(bytes: Uint8Array): void {
    this.push(bytes);
  }

  override _read(): void {
    // The database sends only answers, and they are kept until they are read.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#take([chunk]);
    done();
  }

  /** The driver corks the messages of one statement: they go over together. */
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#take(chunks.map(({ chunk }) => chunk));
    done();
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#peer.reset();
    done(error);
  }

  #take(chunks: readonly Buffer[]): void {
    if (!this.#started) {
      this.#started = true;
      this.push(welcome);
      return;
    }
    // "Terminate" would end the database rather than this connection.
    const messages = chunks.filter((chunk) => chunk[0] !== terminate);
    if (messages.length > 0) this.#peer.send(Buffer.concat(messages));
  }
}
