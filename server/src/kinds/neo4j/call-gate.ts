// Bounds how many calls use a source's connections at once; the others wait in the order in which they came.
import { limits } from '../../base/limits.ts';
import { unavailable } from './neo4j-errors.ts';

export class CallGate {
  readonly #waiting: (() => void)[] = [];
  readonly #source: string;
  #free: number;

  constructor(source: string, places: number) {
    this.#source = source;
    this.#free = places;
  }

  /** Waits for a place; rejects with the signal's reason when it aborts, and at once when too many wait already. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    if (this.#waiting.length >= limits.source_queue)
      throw unavailable(this.#source, new Error('Too many calls wait for a connection'));
    const turn = Promise.withResolvers<void>();
    const abort = (): void => {
      const place = this.#waiting.indexOf(turn.resolve);
      if (place < 0) return;
      this.#waiting.splice(place, 1);
      turn.reject(signal.reason);
    };
    this.#waiting.push(turn.resolve);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await turn.promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Gives the place to the one that waits longest. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
