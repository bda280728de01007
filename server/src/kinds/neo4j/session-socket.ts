// The socket under a session, to give a connection up whose server does not answer. This is the one file that relies on
// internals of `neo4j-driver`; docs/decisions/0081 names them, and the test of an aborted call in test/kinds/neo4j.test.ts
// fails without them.
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
export async function sessionSocket(session: Session): Promise<Socket | undefined> {
  const { _readConnectionHolder: reading, _writeConnectionHolder: writing } = session as unknown as SessionInternals;
  try {
    // The one that is not in use has none.
    let connection = (await reading?.getConnection?.()) ?? (await writing?.getConnection?.());
    while (connection?._delegate !== undefined) connection = connection._delegate;
    return connection?._ch?._conn;
  } catch {
    return undefined;
  }
}
