// The processes that run SQLite on one database for one purpose, and the calls that wait for one.
import type { Clock } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { RowsResult } from '../../catalog/result.ts';
import type { SqliteJob } from './sqlite-messages.ts';
import { SqliteProcess } from './sqlite-process.ts';
import type { SqliteMode } from './sqlite-process.ts';
import { Gate } from '../gate.ts';

export interface SqlitePoolOptions {
  readonly clock: Clock;
  /** The file; asked when a process is started. */
  readonly path: () => string;
  readonly mode: SqliteMode;
  readonly max_processes: number;
}

export class SqlitePool {
  readonly #options: SqlitePoolOptions;
  readonly #idle: { readonly process: SqliteProcess; readonly since: number }[] = [];
  readonly #running = new Set<Promise<unknown>>();
  readonly #gate: Gate;
  #closing = false;
  readonly #prune_timer: NodeJS.Timeout;

  constructor(options: SqlitePoolOptions) {
    this.#options = options;
    this.#gate = new Gate(options.max_processes);
    this.#prune_timer = setInterval(() => this.#prune(), limits.source_idle_ms / 5).unref();
  }

  /** Runs a job on a free process. Rejects with the signal's reason when it aborts: the process is ended then. */
  run(job: SqliteJob, signal: AbortSignal): Promise<RowsResult> {
    if (this.#closing || this.#gate.is_full) {
      return Promise.reject(new Error(this.#closing ? 'The source was closed' : 'Too many calls wait'));
    }
    const running = this.#run(job, signal).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  /** Ends every process after the jobs that were taken. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#prune_timer);
    await Promise.allSettled(this.#running);
    const idle = this.#idle.splice(0);
    for (const { process } of idle) process.close();
    await Promise.all(idle.map(({ process }) => process.exited));
  }

  async #run(job: SqliteJob, signal: AbortSignal): Promise<RowsResult> {
    await this.#gate.enter(signal);
    let process: SqliteProcess | undefined;
    try {
      process = this.#takeIdle() ?? (await SqliteProcess.start(this.#options.path(), this.#options.mode));
      signal.throwIfAborted();
      return await runOn(process, job, signal);
    } finally {
      if (process !== undefined && !process.ended) {
        this.#idle.push({ process, since: this.#options.clock.monotonic() });
      }
      this.#gate.leave();
    }
  }

  #takeIdle(): SqliteProcess | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.process.ended) return idle.process;
    }
    return undefined;
  }

  #prune(): void {
    const old = this.#options.clock.monotonic() - limits.source_idle_ms;
    for (const idle of this.#idle.splice(0)) {
      if (idle.since < old) idle.process.close();
      else this.#idle.push(idle);
    }
  }
}

/** Runs the job; when the signal aborts, the process ends with it, and only then does the run. */
async function runOn(process: SqliteProcess, job: SqliteJob, signal: AbortSignal): Promise<RowsResult> {
  const kill = (): void => process.kill();
  signal.addEventListener('abort', kill);
  try {
    return await process.run(job);
  } finally {
    signal.removeEventListener('abort', kill);
    if (signal.aborted) await process.exited;
  }
}
