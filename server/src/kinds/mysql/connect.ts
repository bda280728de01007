// Opens connections to MySQL: `mysql2` does the handshake (TLS, passwords), then hands over its socket. This is the one file
// that relies on internals of `mysql2`; docs/decisions/0070 names them and test/kinds/mysql-server.test.ts holds them.
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { Connection, ConnectionOptions } from 'mysql2';
import { limits } from '../../base/limits.ts';

export interface MysqlServer {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ssl: boolean | { readonly ca: string };
  /** System variables that the file sets for every session. */
  readonly variables: Readonly<Record<string, string>>;
}

export type MysqlFamily = 'mysql' | 'mariadb' | 'tidb';

export interface OpenConnection {
  readonly socket: Socket;
  /** What KILL takes. */
  readonly connection_id: string;
  readonly family: MysqlFamily;
  /** Whether columns carry MariaDB's extended metadata. */
  readonly extended: boolean;
  /** Statements that make a session that is new or was reset ours. */
  readonly setup: readonly string[];
}

/** What is used of a connection beyond its public types. */
interface ConnectionInternals {
  readonly stream: Socket;
  readonly _mariadbExtendedMetadata: boolean;
}

// Not negotiated: files of this machine, results whose form depends on the server's version, and a mode of the parser.
const flags = ['-LOCAL_FILES', '-CLIENT_QUERY_ATTRIBUTES', '-SESSION_TRACK', '-IGNORE_SPACE', '-ODBC'];
/** Modes in which quotes mean something else than our reader of statements believes; the others imply them. */
const quote_modes = new Set([
  'ANSI_QUOTES',
  'NO_BACKSLASH_ESCAPES',
  'ANSI',
  'DB2',
  'MAXDB',
  'MSSQL',
  'ORACLE',
  'POSTGRESQL',
]);

/** Opens a connection. Rejects with whatever the network or the server says. */
export function openConnection(server: MysqlServer): Promise<OpenConnection> {
  return withConnection(server, async (connection, internals) => {
    const [connection_id = '', version = '', sql_mode = ''] = await queryTexts(
      connection,
      'SELECT CAST(CONNECTION_ID() AS CHAR), VERSION(), @@GLOBAL.sql_mode',
    );
    const family = familyOf(version);
    const socket = internals.stream;
    if (socket.listenerCount('data') !== 1)
      throw new TypeError('mysql2 no longer reads its socket as connect.ts expects');
    socket.removeAllListeners('data');
    // What comes before the session listens waits in the socket.
    socket.pause();
    const setup = setupOf(family, sql_mode, server.variables);
    return { socket, connection_id, family, extended: internals._mariadbExtendedMetadata, setup };
  });
}

/** Ends a connection in the server, with the statement that it runs. */
export async function killConnection(server: MysqlServer, { connection_id }: OpenConnection): Promise<void> {
  if (!/^\d+$/.test(connection_id)) throw new TypeError('The server gave its connection no number');
  await withConnection(server, async (connection, internals) => {
    try {
      await queryTexts(connection, `KILL ${connection_id}`);
    } catch (thrown) {
      // It has ended by itself meanwhile.
      if (!(thrown instanceof Error && 'errno' in thrown && thrown.errno === no_such_thread)) throw thrown;
    } finally {
      internals.stream.destroy();
    }
  });
}

const no_such_thread = 1094;

/** A connection of mysql2 for what is done with it now; ended when that fails or takes too long. */
async function withConnection<T>(
  server: MysqlServer,
  use: (connection: Connection, internals: ConnectionInternals) => Promise<T>,
): Promise<T> {
  const { createConnection } = await import('mysql2');
  const connection = createConnection(connectionOptions(server));
  const internals = connection as unknown as ConnectionInternals;
  connection.on('error', () => undefined);
  const timer = setTimeout(
    () => internals.stream.destroy(new Error(`No connection within ${limits.source_connect_ms} ms`)),
    limits.source_connect_ms,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('connect', () => resolve());
      connection.once('error', reject);
    });
    return await use(connection, internals);
  } catch (thrown) {
    internals.stream.destroy();
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

function connectionOptions(server: MysqlServer): ConnectionOptions {
  const { host, port, database, user, password, ssl } = server;
  return {
    ...(host.startsWith('/') ? { socketPath: host } : { host, port }),
    ...(database === '' ? {} : { database }),
    user,
    password,
    ...(ssl !== false && isIP(host) !== 0 ? { stream: () => namedSocket(host, port) } : {}),
    ...(ssl === false ? {} : { ssl: { ...(ssl === true ? {} : ssl), rejectUnauthorized: true, verifyIdentity: true } }),
    charset: 'utf8mb4',
    connectTimeout: limits.source_connect_ms,
    multipleStatements: false,
    flags,
    connectAttributes: { program_name: 'toolcrib' },
    keepAliveInitialDelay: 30_000,
  };
}

/**
 * TLS checks the certificate against the name that the socket was opened with. An address is none, and the check would be
 * against `localhost` instead: so it is written where Node looks for the name.
 */
function namedSocket(host: string, port: number): Socket {
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 });
  return Object.assign(socket, { _host: host });
}

/** The only row of a query, as texts. */
function queryTexts(connection: Connection, text: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    connection.query({ sql: text, rowsAsArray: true }, (error: unknown, rows: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve(Array.isArray(rows) && Array.isArray(rows[0]) ? rows[0].map(String) : []);
    });
  });
}

function familyOf(version: string): MysqlFamily {
  if (/tidb/i.test(version)) return 'tidb';
  return /mariadb/i.test(version) ? 'mariadb' : 'mysql';
}

/** Everything that decides what a statement means, or how values are written, is fixed here, whatever the server's settings. */
function setupOf(family: MysqlFamily, sql_mode: string, variables: MysqlServer['variables']): readonly string[] {
  const modes = sql_mode.split(',').filter((mode) => !quote_modes.has(mode.toUpperCase()));
  // Ends the statements of a process that was killed.
  const longest =
    family === 'mariadb'
      ? shorter('max_statement_time', limits.call_timeout_max_ms / 1_000)
      : shorter('max_execution_time', limits.call_timeout_max_ms);
  const own = Object.entries(variables).map(([name, value]) => `${name} = ${literal(value)}`);
  const set = `SET NAMES utf8mb4, autocommit = 1, ${[longest, ...own].join(', ')}, sql_mode = ${literal(modes.join(','))}`;
  // A reset leaves FOUND_ROWS() as it was: how many rows the last caller got.
  return family === 'tidb' ? [set] : [set, 'SELECT NULL INTO @found'];
}

function shorter(variable: string, limit: number): string {
  return `${variable} = IF(@@${variable} BETWEEN 0.001 AND ${limit}, @@${variable}, ${limit})`;
}

/** A number as it is, any other text as its bytes: there is nothing in it that could end it. */
export function literal(value: string): string {
  return /^-?\d+(\.\d+)?$/.test(value) ? value : `_utf8mb4 X'${Buffer.from(value, 'utf8').toString('hex')}'`;
}
