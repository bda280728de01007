// Splits configuration files into entities: small texts here, large ones in a thread of their own, with an end to time and
// memory, because a text can be made so that parsing it takes seconds, and calls go on meanwhile.
import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { limits } from '../base/limits.ts';
import type { Pause } from '../base/pause.ts';
import type { Entity } from './split-entities.ts';
import { splitFile, unreadableFile } from './split-file.ts';
import type { SplitFile } from './split-file.ts';

/** What the thread is asked. */
export type ToSplitter =
  | { readonly kind: 'split'; readonly text: string; readonly file: string }
  | { readonly kind: 'more' };

/** What it answers: entities portion by portion, so that taking them over does not take long at once. */
export interface FromSplitter extends Omit<SplitFile, 'entities'> {
  readonly entities: readonly Entity[];
  readonly is_last: boolean;
}

/** A thread that is made when it is first needed; `close` it after use. */
export class FileSplitter {
  readonly #pause: Pause;
  readonly #parse_ms: number;
  #worker: Worker | undefined;

  constructor(pause: Pause, parse_ms: number = limits.config_parse_ms) {
    this.#pause = pause;
    this.#parse_ms = parse_ms;
  }

  async split(text: string, file: string): Promise<SplitFile> {
    if (text.length <= limits.config_inline_bytes) {
      await this.#pause();
      return splitFile(text, file);
    }
    const worker = (this.#worker ??= startWorker());
    try {
      return await this.#splitApart(worker, { kind: 'split', text, file });
    } catch {
      await this.close();
      const message = `the file takes more than ${this.#parse_ms / 1_000} s or ${limits.config_parse_mib} MiB to read`;
      return unreadableFile({ path: '', message, hint: 'Split it.', file });
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  /** Rejects when the thread ends or the time is over. */
  async #splitApart(worker: Worker, request: ToSplitter): Promise<SplitFile> {
    const signal = AbortSignal.timeout(this.#parse_ms);
    const entities: Entity[] = [];
    let message = request;
    for (;;) {
      const answered = answer(worker, signal);
      worker.postMessage(message);
      const portion = await answered;
      entities.push(...portion.entities);
      const { faults, unreadable, is_last } = portion;
      if (is_last) return { entities, faults, unreadable };
      message = { kind: 'more' };
      await this.#pause();
    }
  }
}

function startWorker(): Worker {
  const worker = new Worker(new URL(`./split-worker${extname(import.meta.url)}`, import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: limits.config_parse_mib },
    // Its standard streams are not ours: a library that warns must not write into the answer of a command.
    stdout: true,
    stderr: true,
  });
  // Whoever waits for an answer hears of the end; after that, nobody needs to.
  worker.on('error', () => undefined);
  return worker;
}

async function answer(worker: Worker, signal: AbortSignal): Promise<FromSplitter> {
  const ended = new AbortController();
  const either = { signal: AbortSignal.any([signal, ended.signal]) };
  try {
    const exit = once(worker, 'exit', either).then(() => {
      throw new Error('The thread has ended');
    });
    const [message] = (await Promise.race([once(worker, 'message', either), exit])) as [FromSplitter];
    return message;
  } finally {
    ended.abort();
  }
}
