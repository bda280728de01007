// One connection of the test server, from PRELOGIN to its end: reads requests, lets the test answer them, acknowledges
// attentions.
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { MessageReader, packetType, toPackets } from './packets.ts';
import type { Message } from './packets.ts';
import { readBatch, readEncryption, readLogin, readRpc } from './requests.ts';
import type { Login, WireParameter } from './requests.ts';
import { doneAttention, doneBatch, envChange, envChangeBytes, errorToken, infoToken, loginAck, u8 } from './tokens.ts';
import type { ServerError } from './tokens.ts';
import { wrapTls } from './wrapped-tls.ts';
import type { Certificate } from './wrapped-tls.ts';

/** One request of a client that is to be answered. */
export interface TdsCall {
  readonly session: number;
  readonly login: Login;
  /** Absent for a SQLBatch. */
  readonly procedure?: string;
  /** Of a SQLBatch its text, of an RPC nothing. */
  readonly text: string;
  readonly parameters: readonly WireParameter[];
  /** RESETCONNECTION. */
  readonly resets: boolean;
  /** Aborts when the client sends an attention or goes away. */
  readonly signal: AbortSignal;
}

/** The tokens of an answer, in order; the last is a DONE without "more". */
export type AnswerCall = (call: TdsCall) => AsyncIterable<Buffer> | Iterable<Buffer>;

export interface SessionDeps {
  readonly answer: AnswerCall;
  /** An error instead of a login. */
  readonly refuse: (login: Login) => ServerError | undefined;
  readonly certificate: Certificate | undefined;
  /** TLS began before the first packet (TDS 8). */
  readonly strict: boolean;
  readonly onLogin: (login: Login) => void;
  readonly onCall: (call: TdsCall) => void;
  readonly onAttention: () => void;
}

const packet_bytes = 4_096;
const gather_bytes = 64 * 1024;
const encryption = { on: 1, not_supported: 2 } as const;
const collation = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

export class TdsSession {
  readonly id: number;
  /** The request that is being answered. */
  running: AbortController | undefined;
  readonly #deps: SessionDeps;
  #stream: Duplex;
  #reader = new MessageReader();
  #login: Login | undefined;

  constructor(id: number, socket: Duplex, deps: SessionDeps) {
    this.id = id;
    this.#deps = deps;
    this.#stream = socket;
    this.#listen(socket);
  }

  destroy(): void {
    this.running?.abort();
    this.#stream.destroy();
  }

  #listen(stream: Duplex): void {
    stream.on('error', () => this.running?.abort());
    stream.on('close', () => this.running?.abort());
    stream.on('data', (bytes: Buffer) => {
      for (const message of this.#reader.push(bytes)) {
        this.#take(message).catch(() => this.destroy());
      }
    });
  }

  async #take(message: Message): Promise<void> {
    switch (message.type) {
      case packetType.prelogin:
        return this.#prelogin(message.body);
      case packetType.login:
        return this.#logIn(message.body);
      case packetType.attention:
        return this.#attention();
      case packetType.batch:
        return this.#run(message, { text: readBatch(message.body), parameters: [] });
      case packetType.rpc:
        return this.#run(message, { text: '', ...readRpc(message.body) });
      default:
        throw new TypeError(`A message of type ${message.type} is not known here`);
    }
  }

  #prelogin(body: Buffer): void {
    const { certificate, strict } = this.#deps;
    const wrapped = certificate !== undefined && !strict && readEncryption(body) !== encryption.not_supported;
    const version = Buffer.from([16, 0, 0, 0, 0, 0]);
    const first = 2 * 5 + 1;
    const option = (token: number, offset: number, length: number): Buffer =>
      Buffer.from([token, offset >> 8, offset & 0xff, 0, length]);
    const reply = Buffer.concat([
      option(0, first, version.length),
      option(1, first + version.length, 1),
      u8(0xff),
      version,
      u8(wrapped ? encryption.on : encryption.not_supported),
    ]);
    this.#send(reply, true);
    if (!wrapped) return;
    const socket = this.#stream as Socket;
    socket.removeAllListeners('data');
    this.#reader = new MessageReader();
    this.#stream = wrapTls(socket, certificate);
    this.#listen(this.#stream);
  }

  #logIn(body: Buffer): void {
    const login = readLogin(body);
    this.#deps.onLogin(login);
    const refused = this.#deps.refuse(login);
    if (refused !== undefined) {
      this.#send(Buffer.concat([errorToken(refused), doneBatch({ failed: true })]), true);
      this.#stream.end();
      return;
    }
    this.#login = login;
    const tokens = [
      envChange(1, login.database),
      envChangeBytes(7, collation),
      infoToken('Changed database context.'),
      loginAck(),
      envChange(4, String(packet_bytes)),
      doneBatch(),
    ];
    this.#send(Buffer.concat(tokens), true);
  }

  /** The answer that is under way ends first; the acknowledgement is a message of its own. */
  async #attention(): Promise<void> {
    this.#deps.onAttention();
    const { running } = this;
    if (running === undefined) this.#send(doneAttention(), true);
    else running.abort();
  }

  async #run(
    { resets, ignored }: Message,
    request: { readonly text: string; readonly procedure?: string; readonly parameters: readonly WireParameter[] },
  ): Promise<void> {
    if (this.#login === undefined) throw new TypeError('A request before the login');
    const controller = new AbortController();
    const call: TdsCall = { session: this.id, login: this.#login, ...request, resets, signal: controller.signal };
    this.#deps.onCall(call);
    if (ignored) {
      this.#send(doneBatch({ failed: true }), true);
      return;
    }
    this.running = controller;
    if (resets) this.#send(envChangeBytes(18, Buffer.alloc(0)), false);
    const complete = await this.#answer(call);
    this.running = undefined;
    if (complete) return;
    this.#send(doneBatch({ failed: true }), true);
    this.#send(doneAttention(), true);
  }

  /** Sends the tokens as they come; false when the client did not want the rest. */
  async #answer(call: TdsCall): Promise<boolean> {
    const stop = Promise.withResolvers<undefined>();
    call.signal.addEventListener('abort', () => stop.resolve(undefined));
    const tokens = this.#deps.answer(call);
    const iterator = Symbol.asyncIterator in tokens ? tokens[Symbol.asyncIterator]() : tokens[Symbol.iterator]();
    let gathered: Buffer[] = [];
    let size = 0;
    for (;;) {
      const next = await Promise.race([iterator.next(), stop.promise]);
      if (next === undefined || call.signal.aborted) return false;
      if (next.done !== true) {
        gathered.push(next.value);
        size += next.value.length;
      }
      if (next.done !== true && size < gather_bytes) continue;
      const written = this.#send(Buffer.concat(gathered), next.done === true);
      [gathered, size] = [[], 0];
      if (next.done === true) return true;
      // Not sooner than the client reads; and let its attention in.
      if (!written) await Promise.race([new Promise((resolve) => this.#stream.once('drain', resolve)), stop.promise]);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** False when the client has not read yet. */
  #send(body: Buffer, last: boolean): boolean {
    return this.#stream.write(toPackets(packetType.reply, body, { size: packet_bytes, last }));
  }
}
