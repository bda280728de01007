// The embedded PostgreSQL: its folder, its lock, and the thread it runs in. A thread that dies or hangs is replaced by
// the next connection; what was committed is recovered from the log.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { lockDataFolder } from './data-lock.ts';
import { EmbeddedConnection } from './embedded-connection.ts';
import type { FromWorker, ToWorker } from './pglite-protocol.ts';
import { syncPath } from './synced-files.ts';

export interface EmbeddedDatabase {
  /** A new connection; the one before must have been destroyed, for there is only one at a time. */
  connect(): EmbeddedConnection;
  /** Stops the database cleanly and gives the folder free. Connections must have ended before. */
  close(): Promise<void>;
}

/** Opens the database in `folder`, and makes it first where there is none. Throws `data_locked`. */
export async function openEmbeddedDatabase(folder: string, deps: { readonly log: Log }): Promise<EmbeddedDatabase> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = lockDataFolder(folder);
  try {
    const database = join(folder, 'database');
    if (!existsSync(database)) await createDatabase(database, deps.log);
    const server = new EmbeddedServer(database, deps.log);
    await server.ready();
    return {
      connect: () => server.connect(),
      close: async () => {
        await server.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Made aside and moved into place when it is complete and on the disk, so that a half-made one is never opened. In a
 * process of its own: making it takes some hundred megabytes that a thread would not give back.
 */
async function createDatabase(database: string, log: Log): Promise<void> {
  const draft = `${database}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  log.info('database-creating', { folder: database });
  const script = fileURLToPath(new URL('./create-pglite.ts', import.meta.url));
  try {
    await promisify(execFile)(process.execPath, [script, draft], { env: {}, timeout: limits.store_create_ms });
  } catch (error) {
    throw new ToolcribError('database_unavailable', { cause: error });
  }
  renameSync(draft, database);
  syncPath(join(database, '..'));
}

function startThread(folder: string): Worker {
  // The optimising compiler takes more memory for this big module than the whole database, and gains nothing measurable.
  for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);
  return new Worker(new URL('./pglite-worker.ts', import.meta.url), {
    name: 'database',
    workerData: folder,
    execArgv: [],
    env: {},
    // Its objects are short-lived and small: collecting them often keeps memory low.
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 2 },
  });
}

interface Thread {
  readonly worker: Worker;
  readonly ready: Promise<void>;
  /** Answers that are still to come, each with the connection that gets it. */
  readonly waiting: (EmbeddedConnection | undefined)[];
  readonly ended: Promise<void>;
}

class EmbeddedServer {
  readonly #folder: string;
  readonly #log: Log;
  #thread: Thread | undefined;
  #connection: EmbeddedConnection | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  ready(): Promise<void> {
    this.#thread ??= this.#start();
    return this.#thread.ready;
  }

  connect(): EmbeddedConnection {
    const connection: EmbeddedConnection = new EmbeddedConnection({
      ready: () => this.ready(),
      send: (bytes) => this.#send(bytes, connection),
      reset: () => {
        if (this.#connection === connection) this.#connection = undefined;
        this.#post({ kind: 'reset' });
      },
    });
    this.#connection = connection;
    return connection;
  }

  async close(): Promise<void> {
    this.#closing = true;
    const thread = this.#thread;
    if (thread === undefined) return;
    this.#post({ kind: 'close' });
    this.#watch(thread);
    await thread.ended;
  }

  #start(): Thread {
    const worker = startThread(this.#folder);
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const thread: Thread = { worker, ready, waiting: [], ended };
    // Nobody may be waiting for it when the thread dies.
    ready.catch(() => undefined);
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'ready') resolve();
      if (message.kind === 'bytes') this.#answered(thread, message.bytes);
    });
    worker.on('error', (error) => {
      this.#log.error('database-thread-failed', { error });
      reject(error);
    });
    worker.on('exit', (code) => {
      reject(new Error(`The database's thread ended with ${code}`));
      this.#ended(thread);
      end();
    });
    return thread;
  }

  #send(bytes: Uint8Array, connection: EmbeddedConnection): void {
    const thread = this.#thread;
    if (thread === undefined) {
      connection.destroy(new Error("The database's thread has ended"));
      return;
    }
    thread.waiting.push(connection);
    if (thread.waiting.length === 1) this.#watch(thread);
    this.#post({ kind: 'bytes', bytes });
  }

  #answered(thread: Thread, bytes: Uint8Array): void {
    const connection = thread.waiting.shift();
    if (thread.waiting.length === 0) clearTimeout(this.#watchdog);
    else this.#watch(thread);
    if (connection !== undefined && !connection.destroyed) connection.receive(bytes);
  }

  #ended(thread: Thread): void {
    clearTimeout(this.#watchdog);
    if (this.#thread === thread) this.#thread = undefined;
    const error = this.#closing ? undefined : new Error("The database's thread has ended");
    this.#connection?.destroy(error);
  }

  /** The database inside the thread cannot stop a statement: a thread that does not answer is ended. */
  #watch(thread: Thread): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#log.error('database-thread-hangs', { limit_ms: limits.store_hang_ms });
      void thread.worker.terminate();
    }, limits.store_hang_ms);
    this.#watchdog.unref();
  }

  #post(message: ToWorker): void {
    this.#thread?.worker.postMessage(message);
  }
}
