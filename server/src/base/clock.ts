// Time is passed in, so that tests decide what time it is.

export interface Clock {
  /** Wall-clock time in milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Monotonic time in milliseconds, for durations only. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
