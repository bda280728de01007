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
    const split = await this.#splitApart(worker, { kind: 'split', text, file });
    if (split !== undefined) return split;
    await this.close();
    const message = `the file takes more than ${this.#parse_ms / 1_000} s or ${limits.config_parse_mib} MiB to read`;
    return unreadableFile({ path: '', message, hint: 'Split it.', file });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  /** Undefined when the thread has ended or the time is over. */
  async #splitApart(worker: Worker, request: ToSplitter): Promise<SplitFile | undefined> {
    const signal = AbortSignal.timeout(this.#parse_ms);
    const entities: Entity[] = [];
    let message = request;
    for (;;) {
      const answered = answer(worker, signal);
      worker.postMessage(message);
      const portion = await answered;
      if (portion === undefined) return undefined;
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

/** The next answer; undefined when there will be none. */
async function answer(worker: Worker, signal: AbortSignal): Promise<FromSplitter | undefined> {
  const ended = new AbortController();
  const either = { signal: AbortSignal.any([signal, ended.signal]) };
  try {
    const exit = once(worker, 'exit', either).then(() => []);
    const [message] = (await Promise.race([once(worker, 'message', either), exit])) as [FromSplitter?];
    return message;
  } catch {
    // The time is over, or the memory.
    return undefined;
  } finally {
    ended.abort();
  }
}
