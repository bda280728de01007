// The socket under a session, to give a connection up whose server does not answer. This is the one file that relies on
// internals of `neo4j-driver`; docs/decisions/0081 names them, and the test of an aborted call in test/kinds/neo4j.test.ts
// fails without them.
import type { Socket } from 'node:net';
import type { Session } from 'neo4j-driver';
import { limits } from '../../base/limits.ts';

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

export interface StartedRun {
  readonly socket: Promise<Socket | undefined>;
  /** Whether the server binds parameters; FalkorDB does not. */
  readonly binds: boolean;
}

/**
 * Destroys the socket of a session that is being closed, when its server does not end what it runs. FalkorDB crashes when
 * a connection is closed on which it runs or sends something: there, the socket goes only when something has come and
 * then nothing more. Returns what ends the watch.
 */
export function dropWhenStuck({ socket, binds }: StartedRun): () => void {
  let first_bytes: number | undefined;
  let last_bytes: number | undefined;
  const look = async (): Promise<void> => {
    const open = await socket;
    const bytes = open?.bytesRead;
    first_bytes ??= bytes;
    const has_ended = bytes !== first_bytes && bytes === last_bytes;
    last_bytes = bytes;
    if (binds || has_ended) open?.destroy(new Error('The server did not end what it ran'));
  };
  if (!binds) void look();
  const timer = setInterval(() => void look(), limits.neo4j_reset_ms).unref();
  return () => clearInterval(timer);
}
