// One connection to Redis or Valkey, with one command under way at a time.
import { connect as connectPlain, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { RespReader, RedisError } from './resp-reader.ts';
import type { ByteBudget } from './resp-reader.ts';

export interface RedisServer {
  /** Tried in this order. */
  readonly addresses: readonly RedisAddress[];
  readonly username: string;
  readonly password: string;
  readonly database: number;
  readonly ssl: boolean | { readonly ca: string };
}

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** The connection ended before the answer came. */
export class ConnectionLost extends Error {
  constructor(cause: unknown) {
    super('The connection was lost', { cause });
    this.name = 'ConnectionLost';
  }
}

export class RedisConnection {
  /** When it became idle. */
  since = 0;
  is_closed = false;
  readonly #socket: Socket;
  #waiting: PromiseWithResolvers<JsonValue> | undefined;
  #budget: ByteBudget = { left: 0 };

  constructor(socket: Socket) {
    this.#socket = socket;
    const reader = new RespReader(
      () => this.#budget,
      (reply) => {
        const waiting = this.#waiting;
        if (waiting === undefined) return this.destroy(new Error('The server spoke without being asked'));
        this.#waiting = undefined;
        if ('error' in reply) waiting.reject(reply.error);
        else waiting.resolve(reply.value);
      },
    );
    socket.on('data', (chunk: Buffer) => {
      try {
        if (!this.is_closed) reader.read(chunk);
      } catch (thrown) {
        this.#end(thrown);
      }
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy(new Error('The connection was closed')));
  }

  /** Sends a command, every argument as one. Rejects with RedisError, ReplyTooLarge or ConnectionLost. */
  send(args: readonly string[], budget: ByteBudget): Promise<JsonValue> {
    if (this.is_closed) return Promise.reject(new ConnectionLost(new Error('The connection was closed before')));
    if (this.#waiting !== undefined) throw new TypeError('A connection has one command under way at a time');
    this.#waiting = Promise.withResolvers();
    this.#budget = budget;
    this.#socket.write(encode(args));
    return this.#waiting.promise;
  }

  destroy(cause: unknown): void {
    this.#end(new ConnectionLost(cause));
  }

  #end(thrown: unknown): void {
    this.is_closed = true;
    this.#socket.destroy();
    this.#waiting?.reject(thrown);
    this.#waiting = undefined;
  }
}

/** Opens a connection to the first address that answers. Rejects with whatever the network or the server says. */
export async function openConnection(server: RedisServer): Promise<RedisConnection> {
  let failure: unknown;
  for (const address of server.addresses) {
    try {
      return await openAt(address, server);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function openAt({ host, port }: RedisAddress, server: RedisServer): Promise<RedisConnection> {
  const { ssl } = server;
  const ca = ssl === true || ssl === false ? {} : { ca: ssl.ca };
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket = ssl === false ? connectPlain({ host, port }) : connectTls({ host, port, ...ca, ...name });
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  const connection = new RedisConnection(socket);
  const timer = setTimeout(
    () => connection.destroy(new Error(`No connection within ${limits.source_connect_ms} ms`)),
    limits.source_connect_ms,
  );
  try {
    await greet(connection, server);
    return connection;
  } catch (thrown) {
    connection.destroy(thrown);
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

/** Says who we are and chooses the database. Nothing of it may fail in silence: the commands would meet another database. */
async function greet(connection: RedisConnection, { username, password, database }: RedisServer): Promise<void> {
  const send = (...args: readonly string[]): Promise<JsonValue> =>
    connection.send(args, { left: limits.source_message_bytes });
  const has_account = username !== '' || password !== '';
  const account = has_account ? ['AUTH', username === '' ? 'default' : username, password] : [];
  try {
    await send('HELLO', '3', ...account, 'SETNAME', 'toolcrib');
  } catch (thrown) {
    // Before Redis 6 there is no HELLO: then replies come without maps, and accounts have no names.
    if (!(thrown instanceof RedisError) || !/^(NOPROTO|ERR unknown command)/.test(thrown.message)) throw thrown;
    if (has_account) await send('AUTH', ...(username === '' ? [password] : [username, password]));
  }
  if (database !== 0) await send('SELECT', String(database));
}

function encode(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`;
}
