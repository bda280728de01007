// The socket under a session, to give a connection up whose server does not answer. This is the one file that relies on
// internals of `neo4j-driver`; docs/decisions/0081 names them and test/kinds/neo4j-server.test.ts holds them.
import type { Socket } from 'node:net';
import type { Session } from 'neo4j-driver';

/** What is used of a session beyond its public types. */
interface SessionInternals {
  readonly _readConnectionHolder?: ConnectionHolder;
  readonly _writeConnectionHolder?: ConnectionHolder;
}

interface ConnectionHolder {
  getConnection?(): Promise<ConnectionInternals | null>;
}

interface ConnectionInternals {
  readonly _delegate?: ConnectionInternals;
  readonly _ch?: { readonly _conn?: Socket };
}

/** To be asked while the session runs something. Undefined where there is no connection. Never rejects. */
export async function sessionSocket(session: Session, read_only: boolean): Promise<Socket | undefined> {
  const internals = session as unknown as SessionInternals;
  const holder = read_only ? internals._readConnectionHolder : internals._writeConnectionHolder;
  try {
    let connection = await holder?.getConnection?.();
    while (connection?._delegate !== undefined) connection = connection._delegate;
    return connection?._ch?._conn;
  } catch {
    return undefined;
  }
}
