// One statement in one scope in one round trip, for what is written at every call. The statement that takes on the scope
// and the statement itself go out together before a single Sync: PostgreSQL runs both in one implicit transaction, which
// ends with the Sync, and runs nothing after the first error (protocol, §55.2.4 Pipelining).
import { Query } from 'pg';
import type { Connection, Pool, PoolClient, Submittable } from 'pg';
import { asStoreError } from './database-errors.ts';

export interface Statement {
  /** Permanent: the statement is prepared once per connection under this name. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly string[];
}

/** Runs `statement` behind `scope`, a statement that answers with no rows. Throws `database_unavailable`. */
export async function runInOneTrip(pool: Pool, scope: Statement, statement: Statement): Promise<void> {
  const client = await pool.connect().catch((error: unknown) => {
    throw asStoreError(error);
  });
  let failed = true;
  try {
    await submit(client, scope, statement);
    failed = false;
  } catch (error) {
    throw asStoreError(error);
  } finally {
    // After an error it is not known what the connection has prepared: the pool opens another one.
    client.release(failed);
  }
}

/** Connections on which the statement of a scope, by its name, is prepared. */
const prepared = new WeakMap<Connection, Set<string>>();

function submit(client: PoolClient, scope: Statement, { name, text, values }: Statement): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = new Query({ name, text, values: [...values] }, (error?: Error | null) => {
      if (error) reject(error);
      else resolve();
    });
    const send = (connection: Connection): void => {
      connection.stream.cork();
      takeOn(connection, scope);
      query.submit(connection);
      connection.stream.uncork();
    };
    // The driver's own query in everything but what it sends first.
    client.query(Object.create(query, { submit: { value: send } }) as Submittable);
  });
}

function takeOn(connection: Connection, { name, text, values }: Statement): void {
  let names = prepared.get(connection);
  if (names === undefined) prepared.set(connection, (names = new Set()));
  if (!names.has(name)) connection.parse({ name, text, types: [] }, true);
  names.add(name);
  connection.bind({ statement: name, values: [...values] }, true);
  connection.execute({}, true);
}
