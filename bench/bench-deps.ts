// What every scenario gets from the entry of the benchmark.
import type { Database, NewDatabase } from './database.ts';
import type { PeerProgram } from './peer.ts';

export interface BenchDeps {
  readonly database: Database;
  /** The database with the flights; the same for all scenarios. */
  readonly flights: () => Promise<NewDatabase>;
  /** For files of this scenario; deleted after it. */
  readonly folder: string;
  readonly peer: PeerProgram | undefined;
  readonly tell: (line: string) => void;
}
