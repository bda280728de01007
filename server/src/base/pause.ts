// Long work in slices, so that calls are answered meanwhile: between two pieces, whoever works asks whether it is time.
import { setImmediate } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import { limits } from './limits.ts';

/** A promise only when others should have their turn first. */
export type Pause = () => Promise<void> | undefined;

export function createPause(clock: Clock): Pause {
  let started = clock.monotonic();
  const pause = async (): Promise<void> => {
    await setImmediate();
    started = clock.monotonic();
  };
  return () => (clock.monotonic() - started < limits.work_slice_ms ? undefined : pause());
}
