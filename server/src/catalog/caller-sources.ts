// A source that every caller opens with an account of their own (`credential: caller`): one set of connections per
// credential, never shared between two, a bounded number of them.
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import type { Source } from './source.ts';
import type { CallerCredential } from '../credentials/credential.ts';
import type { RunTool } from './tool.ts';

interface Opened {
  readonly source: Source;
  /** Tools as prepared on this source, by the function that prepares them. */
  readonly tools: Map<Prepare, RunTool>;
  running: number;
}

type Prepare = (source: Source) => RunTool;

export interface CallerSourcesOptions {
  readonly name: string;
  /** Undefined: the account has not what such a source needs. */
  readonly open: (account: CallerCredential['account']) => Source | undefined;
  /** Whether an error says that the source no longer takes the account. */
  readonly isRefused: (thrown: unknown) => boolean;
  readonly log: Log;
  /** Accounts open at once. */
  readonly max_accounts?: number;
}

export class CallerSources {
  readonly #options: CallerSourcesOptions;
  readonly #max_accounts: number;
  /** By credential and version, the one used longest ago first. */
  readonly #opened = new Map<string, Opened>();
  #closed = false;

  constructor(options: CallerSourcesOptions) {
    this.#options = options;
    this.#max_accounts = options.max_accounts ?? limits.caller_accounts;
  }

  /** Whether a source opens with the account, and answers. Throws `credential_refused`, `source_unavailable`. */
  async probe(credential: CallerCredential, signal: AbortSignal): Promise<void> {
    const { name, open, isRefused } = this.#options;
    const source = open(credential.account);
    if (source === undefined) throw refused(name);
    try {
      await source.probe(signal);
    } catch (thrown) {
      throw isRefused(thrown) ? refused(name, thrown) : thrown;
    } finally {
      source.close().catch((error: unknown) => this.#options.log.warn('source-close-failed', { error }));
    }
  }

  /** A tool on whichever source the credential of the call opens. `prepare` must be the same function for every call. */
  tool(prepare: Prepare): RunTool {
    return async (args, ctx) => {
      const opened = this.#open(ctx.credential);
      opened.running += 1;
      try {
        return await this.#prepared(opened, prepare)(args, ctx);
      } catch (thrown) {
        throw this.#options.isRefused(thrown) ? refused(this.#options.name, thrown) : thrown;
      } finally {
        opened.running -= 1;
      }
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#opened.values()];
    this.#opened.clear();
    await Promise.all(all.map(({ source }) => source.close()));
  }

  #open(credential: CallerCredential | undefined): Opened {
    const { name, open } = this.#options;
    if (credential === undefined) throw new TypeError(`The corridor has resolved no account for the source ${name}`);
    if (this.#closed) throw new ToolcribError('source_unavailable', { params: { source: name } });
    const key = `${credential.id} ${credential.version}`;
    let opened = this.#opened.get(key);
    if (opened === undefined) {
      this.#makeRoom(credential.id);
      const source = open(credential.account);
      if (source === undefined) throw refused(name);
      opened = { source, tools: new Map(), running: 0 };
    } else this.#opened.delete(key);
    this.#opened.set(key, opened);
    return opened;
  }

  /** Closes what a changed credential has replaced, and the account used longest ago when there are too many. */
  #makeRoom(credential_id: string): void {
    for (const [key, opened] of this.#opened) {
      if (key.startsWith(`${credential_id} `)) this.#end(key, opened);
    }
    if (this.#opened.size < this.#max_accounts) return;
    const idle = [...this.#opened].find(([, { running }]) => running === 0);
    if (idle === undefined) {
      throw new ToolcribError('calls_limited', {
        params: { scope: 'this source', retry_after_s: 1 },
        retry_after_s: 1,
      });
    }
    this.#end(...idle);
  }

  /** Statements in flight end first: that is what closing a source means. */
  #end(key: string, { source }: Opened): void {
    this.#opened.delete(key);
    source.close().catch((error: unknown) => this.#options.log.warn('source-close-failed', { error }));
  }

  #prepared({ source, tools }: Opened, prepare: Prepare): RunTool {
    let run = tools.get(prepare);
    if (run === undefined) tools.set(prepare, (run = prepare(source)));
    return run;
  }
}

/** Whoever knows which credential it was puts its name in. */
function refused(source: string, cause?: unknown): ToolcribError {
  return new ToolcribError('credential_refused', { params: { credential: source }, cause });
}
