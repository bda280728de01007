// One statement in one scope in one round trip, for what is written at every call. The statement that takes on the scope
// and the statement itself go out together before a single Sync: PostgreSQL runs both in one implicit transaction, which
// ends with the Sync, and runs nothing after the first error (protocol, §55.2.4 Pipelining).
import type { Connection, Pool, PoolClient, Submittable } from 'pg';
import { serialize } from 'pg-protocol';
import { asStoreError } from './database-errors.ts';

export interface Statement {
  /** Permanent: the statement is prepared once per connection under this name. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly string[];
}

/** Runs `statement` behind `scope`; what either answers is dropped. Throws `database_unavailable`. */
export async function runInOneTrip(pool: Pool, scope: Statement, statement: Statement): Promise<void> {
  const client = await pool.connect().catch((error: unknown) => {
    throw asStoreError(error);
  });
  let failed = true;
  try {
    await submit(client, [scope, statement]);
    failed = false;
  } catch (error) {
    throw asStoreError(error);
  } finally {
    // After an error it is not known what the connection has prepared: the pool opens another one.
    client.release(failed);
  }
}

/** Names of the statements that a connection has prepared. */
const prepared = new WeakMap<Connection, Set<string>>();
const sync = serialize.sync();

function submit(client: PoolClient, statements: readonly Statement[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const query: Submittable & Handlers = {
      submit: (connection) => {
        const messages = statements.flatMap((statement) => messagesOf(connection, statement));
        connection.stream.write(Buffer.concat([...messages, sync]));
      },
      handleError: (error) => query.callback(error),
      handleReadyForQuery: () => query.callback(),
      // The driver puts its time limit around this.
      callback: (error) => (error ? reject(error) : resolve()),
      handleRowDescription: ignore,
      handleDataRow: ignore,
      handleCommandComplete: ignore,
      handleEmptyQuery: ignore,
      handlePortalSuspended: ignore,
    };
    client.query(query);
  });
}

/** What the driver calls on a query that it has submitted; @types/pg names only `submit`. */
interface Handlers {
  readonly handleError: (error: Error) => void;
  readonly handleReadyForQuery: () => void;
  callback: (error?: Error | null) => void;
  readonly handleRowDescription: () => void;
  readonly handleDataRow: () => void;
  readonly handleCommandComplete: () => void;
  readonly handleEmptyQuery: () => void;
  readonly handlePortalSuspended: () => void;
}

function ignore(): void {
  // Only the end of these statements counts.
}

function messagesOf(connection: Connection, { name, text, values }: Statement): readonly Buffer[] {
  let names = prepared.get(connection);
  if (names === undefined) prepared.set(connection, (names = new Set()));
  const bind = serialize.bind({ statement: name, values: [...values] });
  if (names.has(name)) return [bind, serialize.execute({})];
  names.add(name);
  return [serialize.parse({ name, text }), bind, serialize.execute({})];
}
