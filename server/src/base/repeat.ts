// Work that a server repeats as long as it runs: looked at once, then again and again, one at a time, ended with the server.

export interface Repeated {
  /** Nothing begins after this; waits for what is under way. Idempotent. */
  stop(): Promise<void>;
}

export interface RepeatOptions {
  /** From the end of one to the beginning of the next. */
  readonly every_ms: number;
  /** Hears what the work throws; the next one comes nevertheless. */
  readonly onError: (error: unknown) => void;
  /** Waits before the first one too. */
  readonly later?: boolean;
}

/** The work is given a signal that aborts when the server stops. The timer keeps no process alive. */
export function repeat(
  work: (signal: AbortSignal) => Promise<unknown>,
  { every_ms, onError, later = false }: RepeatOptions,
): Repeated {
  const controller = new AbortController();
  const { signal } = controller;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const wait = (): void => {
    if (!signal.aborted) timer = setTimeout(start, every_ms).unref();
  };
  const start = (): void => {
    running = work(signal)
      .then(() => undefined, onError)
      .finally(wait);
  };
  if (later) wait();
  else start();
  return {
    stop: () => {
      controller.abort();
      clearTimeout(timer);
      return running;
    },
  };
}
