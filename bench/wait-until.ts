// Waits for something that is to be seen soon, by looking again and again.
import { setTimeout as delay } from 'node:timers/promises';

export interface Wait {
  /** What is waited for, for the error. */
  readonly what: string;
  readonly every_ms: number;
  readonly within_ms: number;
}

/** Returns how long it took. Throws Error when the time is over. */
export async function waitUntil(isSo: () => Promise<boolean>, { what, every_ms, within_ms }: Wait): Promise<number> {
  const begin_ms = performance.now();
  for (;;) {
    if (await isSo()) return performance.now() - begin_ms;
    if (performance.now() - begin_ms > within_ms) throw new Error(`Waited ${within_ms} ms for ${what}`);
    await delay(every_ms);
  }
}
