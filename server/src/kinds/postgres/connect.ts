// Opens connections to PostgreSQL: `pg` does the handshake (TLS, SCRAM), then hands over its socket. This is the one file
// that relies on internals of `pg`; docs/decisions/0031 names them and test/kinds/postgres-connect.test.ts holds them.
import type { Socket } from 'node:net';
import { Client, Connection } from 'pg';
import { limits } from '../../base/limits.ts';

export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ssl: boolean | { readonly ca: string };
  readonly application_name?: string;
  readonly search_path?: string;
  /** Time to open a connection. */
  readonly connect_ms?: number;
}

export interface OpenConnection {
  readonly socket: Socket;
  readonly process_id: number;
  readonly secret_key: number;
}

/** What is used of a client beyond its public types. */
interface ClientInternals {
  readonly connection: { readonly stream: Socket };
  readonly processID: number;
  readonly secretKey: number;
}

/** What is used of a connection beyond its public types. */
interface ConnectionInternals {
  readonly stream: Socket;
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(process_id: number, secret_key: number): void;
}

// Everything that changes how values are written is fixed here, whatever the server's own settings are.
const settings = [
  "DateStyle = 'ISO, YMD'",
  "IntervalStyle = 'postgres'",
  "bytea_output = 'hex'",
  'extra_float_digits = 1',
  'standard_conforming_strings = on',
  "client_min_messages = 'error'",
  `statement_timeout = ${limits.call_timeout_max_ms}`,
];

/** Opens a connection and makes it ready for statements. Rejects with whatever the network or the server says. */
export async function openConnection(server: PostgresServer, read_only: boolean): Promise<OpenConnection> {
  const client = new Client({
    ...server,
    // A function, so that nothing is taken from the environment or from a password file when it is empty.
    password: () => server.password,
    application_name: server.application_name ?? 'toolcrib',
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
  });
  client.on('error', () => undefined);
  const internals = client as unknown as ClientInternals;
  const connect_ms = server.connect_ms ?? limits.source_connect_ms;
  const timer = setTimeout(
    () => internals.connection.stream.destroy(new Error(`No connection within ${connect_ms} ms`)),
    connect_ms,
  );
  try {
    await client.connect();
    await client.query(
      [...settings, ...(read_only ? ['default_transaction_read_only = on'] : [])].map((set) => `SET ${set}`).join(';'),
    );
    if (server.search_path !== undefined) {
      await client.query("SELECT set_config('search_path', $1, false)", [server.search_path]);
    }
    // Ends the statements of a process that was killed. Servers that are too old or cannot do it refuse the setting.
    await client
      .query(`SET client_connection_check_interval = ${limits.source_check_client_ms}`)
      .catch(() => undefined);
    const { stream: socket } = internals.connection;
    if (socket.listenerCount('data') !== 1) throw new TypeError('pg no longer reads its socket as connect.ts expects');
    socket.removeAllListeners('data');
    // What comes before the session listens waits in the socket.
    socket.pause();
    return { socket, process_id: internals.processID, secret_key: internals.secretKey };
  } catch (thrown) {
    internals.connection.stream.destroy();
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks the server to cancel what the process is running now (PostgreSQL protocol, "Canceling Requests in Progress").
 * Resolves when the server has taken the request; it says nothing of the outcome.
 */
export function requestCancel(server: PostgresServer, open: OpenConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    const connection = new Connection({ ssl: server.ssl });
    const internals = connection as unknown as ConnectionInternals;
    const timer = setTimeout(
      () => done(new Error('The cancel request was not taken in time')),
      limits.source_connect_ms,
    );
    const done = (error?: Error): void => {
      clearTimeout(timer);
      internals.stream.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    const send = (): void => internals.cancel(open.process_id, open.secret_key);
    connection.on('connect', () => {
      if (server.ssl === false) send();
      else internals.requestSsl();
    });
    connection.on('sslconnect', send);
    connection.on('error', done);
    connection.on('end', () => done());
    if (server.host.startsWith('/')) internals.connect(`${server.host}/.s.PGSQL.${server.port}`);
    else internals.connect(server.port, server.host);
  });
}
