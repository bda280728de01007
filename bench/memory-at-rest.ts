// The memory of a server that has nothing to do: read when it no longer moves.
import { setTimeout as delay } from 'node:timers/promises';
import { memoryUse } from './process-usage.ts';

const giveUpAfterMs = 20_000;

/** Resident memory once it has stayed within 2 % for so long, or after 20 s. */
export async function memoryAtRest(pid: number, steady_ms: number): Promise<number> {
  const begin_ms = performance.now();
  let reference = memoryUse(pid).rss_bytes;
  let steady_since_ms = begin_ms;
  for (;;) {
    await delay(100);
    const now_ms = performance.now();
    const { rss_bytes } = memoryUse(pid);
    if (Math.abs(rss_bytes - reference) > reference * 0.02) {
      reference = rss_bytes;
      steady_since_ms = now_ms;
    }
    if (now_ms - steady_since_ms >= steady_ms || now_ms - begin_ms >= giveUpAfterMs) return rss_bytes;
  }
}
