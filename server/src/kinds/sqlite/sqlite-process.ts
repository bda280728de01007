// One process that runs SQLite, as the server sees it.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FromRunner, SqliteJob, ToRunner } from './sqlite-messages.ts';

export type SqliteMode = 'read' | 'write';

/** A result code of SQLite with its sentence. */
export class SqliteError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'SqliteError';
    this.code = code;
  }
}

const runner = fileURLToPath(new URL(`./sqlite-runner${extname(import.meta.url)}`, import.meta.url));
/** Node.js itself takes about 40 MB of this; a result's rows and their copy take the rest. */
const flags = ['--disable-warning=ExperimentalWarning', '--max-old-space-size=256'];

export class SqliteProcess {
  readonly exited: Promise<void>;
  ended = false;
  readonly #child: ChildProcess;
  #answer: PromiseWithResolvers<FromRunner> | undefined;

  private constructor(path: string, mode: SqliteMode) {
    this.#child = fork(runner, [path, mode], {
      env: {},
      execArgv: flags,
      serialization: 'advanced',
      stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
    });
    const exit = Promise.withResolvers<void>();
    this.exited = exit.promise;
    const gone = (cause: unknown): void => {
      this.ended = true;
      exit.resolve();
      this.#answer?.reject(new Error('The process that runs SQLite has ended', { cause }));
    };
    this.#child.on('error', gone);
    this.#child.on('exit', (status, signal) => gone({ status, signal }));
    this.#child.on('message', (message: FromRunner) => this.#answer?.resolve(message));
    // The pipe is only there to end: what goes wrong with it at that time is of no interest.
    this.#child.stdin?.on('error', () => undefined);
  }

  /** Starts a process and opens the database. Rejects with a SqliteError when it cannot be opened. */
  static async start(path: string, mode: SqliteMode): Promise<SqliteProcess> {
    const started = new SqliteProcess(path, mode);
    try {
      await started.#next();
      return started;
    } catch (thrown) {
      started.kill();
      throw thrown;
    }
  }

  /** Runs one statement; one at a time. Rejects with a SqliteError, or when the process ends. */
  async run(job: SqliteJob): Promise<Extract<FromRunner, { kind: 'result' }>['result']> {
    const next = this.#next();
    this.#send({ kind: 'job', job });
    const answer = await next;
    if (answer.kind !== 'result') throw new TypeError('The process that runs SQLite answered out of turn');
    return answer.result;
  }

  /** Ends the process at once, whatever it is doing. SQLite rolls back what was not committed. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Closes the database and ends the process; only when it has nothing to do. */
  close(): void {
    if (!this.ended) this.#send({ kind: 'close' });
  }

  async #next(): Promise<FromRunner> {
    this.#answer = Promise.withResolvers();
    const answer = await this.#answer.promise;
    this.#answer = undefined;
    if (answer.kind === 'error') throw new SqliteError(answer.code, answer.message);
    return answer;
  }

  #send(message: ToRunner): void {
    this.#child.send(message, (error) => {
      if (error !== null) this.kill();
    });
  }
}
