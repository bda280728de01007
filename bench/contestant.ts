// A server under measurement, as the rest of the benchmark sees it.

export interface Contestant extends AsyncDisposable {
  /** As the tables show it. */
  readonly name: string;
  /** What was started, for the report. */
  readonly version: string;
  readonly port: number;
  /** The server process; its children are counted with it. */
  readonly pid: number;
  /** Sent with every request: credentials. */
  readonly headers: Readonly<Record<string, string>>;
}
