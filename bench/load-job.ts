// What the benchmark asks of its load process, and what it gets back. Both sides of the pipe import only this.

/** One request, ready to be written, and what its answer must hold. */
export interface PreparedRequest {
  /** The whole HTTP/1.1 request, head and body. */
  readonly bytes: Uint8Array;
  /** Texts that occur in the right answer and in no other. */
  readonly expected: readonly string[];
}

export interface LoadJob {
  readonly port: number;
  readonly requests: readonly PreparedRequest[];
  readonly connections: number;
  readonly duration_ms: number;
  /** Where in `requests` to begin, so that rounds do not repeat the same keys in the same order. */
  readonly offset: number;
}

export interface LoadResult {
  /** Answers with the expected flights. */
  readonly good: number;
  /** Answers with another status or content. */
  readonly bad: number;
  /** Connections that broke; the run ends at the first. */
  readonly broken: number;
  /** The first wrong answer, cut to 500 characters. */
  readonly first_bad: string | undefined;
  /** From the first request to the last answer. */
  readonly elapsed_ms: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly slowest_ms: number;
  /** CPU time of the load process itself during the run. */
  readonly cpu_ms: number;
}
