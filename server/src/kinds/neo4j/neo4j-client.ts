// One driver of Neo4j with its bounds: runs statements in sessions of their own, reads again what may be read again, and
// gives a call up at once when its signal aborts.
import { setTimeout as delay } from 'node:timers/promises';
import type * as Neo4j from 'neo4j-driver';
import type { Clock } from '../../base/clock.ts';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { ResultLimits, RowsResult } from '../../catalog/result.ts';
import { Gate } from '../gate.ts';
import type { CypherMap } from './cypher-values.ts';
import { neo4jError, retryOf, unavailable } from './neo4j-errors.ts';
import { withHeader } from './parameter-header.ts';
import { readResult } from './read-result.ts';
import { dropWhenStuck, sessionSocket } from './session-socket.ts';
import type { StartedRun } from './session-socket.ts';

export interface Neo4jServer {
  readonly uri: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly max_connections: number;
}

export interface CypherQuery {
  readonly text: string;
  readonly parameters: CypherMap;
  /** The access mode of the session: Neo4j then refuses to write. */
  readonly read_only: boolean;
}

export interface CypherRunOptions {
  readonly signal: AbortSignal;
  readonly limits: ResultLimits;
  readonly skip_rows: number;
}

interface OpenDriver {
  readonly module: typeof Neo4j;
  readonly driver: Neo4j.Driver;
  readonly bookmarks: Neo4j.BookmarkManager;
}

/** A text that means another one where it is put between quotes, and breaks out of none. */
const witness = String.raw`\"`;

export interface Neo4jClientOptions {
  /** Name for public errors. */
  readonly source: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly server: Neo4jServer;
}

/**
 * FalkorDB takes the first key of what comes with a statement (`db`, `mode`, `tx_timeout`) for the name of the graph: it is
 * sent none, and then uses its default graph, as it does for MCP Toolbox.
 */
const falkordb_limits =
  'Answers as FalkorDB: the database of the source is not used, reading only is not enforced, nothing is cancelled';
const one_row = { rows: 1, bytes: 1_000 };

export class Neo4jClient {
  readonly #source: string;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #server: Neo4jServer;
  readonly #gate: Gate;
  readonly #running = new Set<Promise<unknown>>();
  #open: Promise<OpenDriver> | undefined;
  #binds: Promise<boolean> | undefined;
  #failed: { readonly cause: unknown; readonly wait_ms: number; readonly until: number } | undefined;
  #closing: Promise<void> | undefined;

  constructor({ source, clock, log, server }: Neo4jClientOptions) {
    this.#source = source;
    this.#log = log;
    this.#clock = clock;
    this.#server = server;
    this.#gate = new Gate(server.max_connections);
  }

  /** Rejects with the signal's reason, or with an error of the catalogue. */
  async run(query: CypherQuery, options: CypherRunOptions): Promise<RowsResult> {
    if (this.#closing !== undefined) throw unavailable(this.#source, new Error('The source was closed'));
    const run = this.#retried(query, options);
    this.#running.add(run);
    try {
      return await run;
    } catch (thrown) {
      options.signal.throwIfAborted();
      throw neo4jError(thrown, { source: this.#source, read_only: query.read_only });
    } finally {
      this.#running.delete(run);
    }
  }

  /** Ends the connections after the calls that were taken. */
  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#running).then(async () => {
      const open = await this.#open?.catch(() => undefined);
      await open?.driver.close();
    });
    return this.#closing;
  }

  async #retried(query: CypherQuery, options: CypherRunOptions): Promise<RowsResult> {
    const { signal } = options;
    for (let attempt = 1; ; attempt += 1) {
      // A server that splices is asked in its own way, and never in the other one.
      const binds = await unlessAborted(this.#knowsBinding(), signal);
      const sent = binds ? query : { ...query, text: withHeader(query.text, query.parameters), parameters: {} };
      try {
        return await this.#once(sent, { ...options, binds });
      } catch (thrown) {
        const retry = retryOf(thrown);
        // What answers next may be another server.
        if (retry === 'at once') this.#binds = undefined;
        signal.throwIfAborted();
        const may_repeat = retry === 'unsent' || (query.read_only && retry !== 'never');
        if (!may_repeat || attempt > limits.neo4j_retries) throw thrown;
        if (retry === 'later') await delay(attempt * limits.source_backoff_first_ms, undefined, { signal });
      }
    }
  }

  /**
   * Whether the server binds parameters, as Neo4j does, or puts them into the text, as FalkorDB does. Asked once, for all
   * calls; while there is no answer, not more often than the backoff allows.
   */
  #knowsBinding(): Promise<boolean> {
    if (this.#failed !== undefined && this.#clock.monotonic() < this.#failed.until) {
      return Promise.reject(this.#failed.cause);
    }
    this.#binds ??= this.#askBinding().then(
      (binds) => {
        this.#failed = undefined;
        return binds;
      },
      (cause: unknown) => {
        const wait_ms = Math.min((this.#failed?.wait_ms ?? 0) * 2, limits.source_backoff_last_ms);
        const next_ms = Math.max(wait_ms, limits.source_backoff_first_ms);
        this.#failed = { cause, wait_ms: next_ms, until: this.#clock.monotonic() + next_ms };
        this.#binds = undefined;
        throw cause;
      },
    );
    return this.#binds;
  }

  async #askBinding(): Promise<boolean> {
    const query = { text: 'RETURN $witness AS witness', parameters: { witness }, read_only: true };
    for (let attempt = 1; ; attempt += 1) {
      const signal = AbortSignal.timeout(2 * limits.source_connect_ms);
      try {
        const { rows } = await this.#once(query, { signal, limits: one_row, skip_rows: 0, binds: true });
        if (rows[0]?.['witness'] === witness) return true;
        if (rows[0]?.['witness'] === '"') {
          this.#log.warn('neo4j-falkordb', { source: this.#source, limits: falkordb_limits });
          return false;
        }
        throw unavailable(this.#source, new Error('The server changes the values of parameters'));
      } catch (thrown) {
        if (signal.aborted) throw unavailable(this.#source, thrown);
        if (['unsent', 'at once'].includes(retryOf(thrown)) && attempt <= limits.neo4j_retries) continue;
        // A server that does not answer this answers nothing.
        const known = neo4jError(thrown, { source: this.#source, read_only: true });
        throw known instanceof ToolcribError ? unavailable(this.#source, known.cause) : known;
      }
    }
  }

  async #once(query: CypherQuery, options: CypherRunOptions & { readonly binds: boolean }): Promise<RowsResult> {
    const { signal } = options;
    const open = await this.#driver();
    const session = options.binds ? this.#session(open, query.read_only) : open.driver.session();
    if (this.#gate.is_full) throw unavailable(this.#source, new Error('Too many calls wait for a connection'));
    await this.#gate.enter(signal);
    let run: StartedRun | undefined;
    try {
      const transaction = options.binds ? { timeout: limits.call_timeout_max_ms } : {};
      const result = session.run(query.text, query.parameters, transaction);
      run = { socket: sessionSocket(session), binds: options.binds };
      const read = readResult(result, open.module, { ...options, read_only: query.read_only });
      return await unlessAborted(read, signal);
    } finally {
      void this.#end(session, run);
    }
  }

  /** Fetches no more and resets the connection, which ends what Neo4j is still running; then the place is free. */
  async #end(session: Neo4j.Session, run: StartedRun | undefined): Promise<void> {
    const stop = run === undefined ? undefined : dropWhenStuck(run);
    await session.close().catch(() => undefined);
    stop?.();
    this.#gate.leave();
  }

  #session({ driver, bookmarks }: OpenDriver, read_only: boolean): Neo4j.Session {
    return driver.session({
      database: this.#server.database,
      defaultAccessMode: read_only ? 'READ' : 'WRITE',
      bookmarkManager: bookmarks,
    });
  }

  #driver(): Promise<OpenDriver> {
    this.#open ??= openDriver(this.#server);
    return this.#open;
  }
}

async function openDriver({ uri, user, password, max_connections }: Neo4jServer): Promise<OpenDriver> {
  const module = await import('neo4j-driver');
  const driver = module.driver(uri, module.auth.basic(user, password), {
    userAgent: 'toolcrib',
    telemetryDisabled: true,
    // Integers are exact.
    useBigInt: true,
    // Statements are never sent twice behind our back.
    disableAutoCommitRetries: true,
    fetchSize: limits.neo4j_fetch_rows,
    maxConnectionPoolSize: max_connections,
    maxConnectionLifetime: limits.source_age_ms,
    connectionTimeout: limits.source_connect_ms,
    // Calls wait for their turn at the gate: here they only wait for a connection to open.
    connectionAcquisitionTimeout: limits.source_connect_ms,
    connectionLivenessCheckTimeout: limits.neo4j_liveness_ms,
  });
  return { module, driver, bookmarks: module.bookmarkManager() };
}

/** What the promise becomes, or the signal's reason where that comes first. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
