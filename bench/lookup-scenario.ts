// Look-ups of flights: every contestant answers the same requests, cell by cell, round by round, in a shuffled order.
import type { Contestant } from './contestant.ts';
import type { Database } from './database.ts';
import type { Flight } from './flights.ts';
import type { LoadResult, PreparedRequest } from './load-job.ts';
import type { LoadProcess } from './load.ts';
import type { BenchOptions } from './options.ts';
import { cpuTime, memoryUse } from './process-usage.ts';
import { prepareRequest } from './requests.ts';
import type { Face } from './requests.ts';
import { seededRandom, shuffled, spread } from './statistics.ts';
import type { Spread } from './statistics.ts';
import { verifyAnswers } from './verify-answers.ts';

/** One contestant at one number of connections over one way in. */
export interface Cell {
  readonly face: Face;
  readonly connections: number;
  readonly contestant: string;
  readonly rounds: number;
  readonly calls: number;
  readonly calls_per_second: Spread;
  readonly p50_ms: Spread;
  readonly p99_ms: Spread;
  /** CPU of the server process and its children. */
  readonly cpu_ms_per_1000: Spread;
  /** CPU of PostgreSQL meanwhile, all that this contestant makes it do. */
  readonly database_cpu_ms_per_1000: Spread;
  /** Share of one core that the load process took. */
  readonly load_cpu_share: Spread;
  readonly peak_rss_bytes: number;
}

export interface LookupResult {
  readonly cells: readonly Cell[];
  /** All calls made, measured or not, by contestant. */
  readonly calls: ReadonlyMap<string, number>;
}

interface LookupDeps {
  readonly database: Database;
  readonly load: LoadProcess;
  readonly contestants: readonly Contestant[];
  readonly flights: readonly Flight[];
  readonly tell: (line: string) => void;
}

const verifiedFlights = 25;

/** Throws at the first wrong or missing answer: figures of wrong answers are worth nothing. */
export async function runLookups(deps: LookupDeps, options: BenchOptions): Promise<LookupResult> {
  const random = seededRandom(options.seed);
  const calls = new Map<string, number>();
  const count = (contestant: Contestant, made: number): void => {
    calls.set(contestant.name, (calls.get(contestant.name) ?? 0) + made);
  };
  const cells: Cell[] = [];
  for (const face of options.faces) {
    const requests = new Map<string, readonly PreparedRequest[]>();
    for (const contestant of deps.contestants) {
      requests.set(
        contestant.name,
        deps.flights.map((flight) => prepareRequest(face, flight, contestant)),
      );
      count(contestant, await verifyAnswers(contestant, face, deps.flights.slice(0, verifiedFlights)));
    }
    for (const connections of options.connections) {
      const rounds = new Map<string, Round[]>(deps.contestants.map(({ name }) => [name, []]));
      // Round 0 is the warm-up: it is run like the others and thrown away.
      for (let round = 0; round <= options.rounds; round++) {
        for (const contestant of shuffled(deps.contestants, random)) {
          const measured = await measure(deps, contestant, {
            requests: requests.get(contestant.name) ?? [],
            connections,
            duration_ms: round === 0 ? options.warm_up_ms : options.measure_ms,
            offset: round * 997,
          });
          count(contestant, measured.load.good);
          if (round > 0) rounds.get(contestant.name)?.push(measured);
        }
      }
      for (const [contestant, measured] of rounds) cells.push(toCell({ face, connections, contestant }, measured));
      deps.tell(`${face}, ${connections} connections: done`);
    }
  }
  return { cells, calls };
}

interface Round {
  readonly load: LoadResult;
  readonly cpu_ms: number;
  readonly database_cpu_ms: number;
  readonly peak_rss_bytes: number;
}

interface Run {
  readonly requests: readonly PreparedRequest[];
  readonly connections: number;
  readonly duration_ms: number;
  readonly offset: number;
}

async function measure({ load, database }: LookupDeps, contestant: Contestant, run: Run): Promise<Round> {
  const cpu_before = cpuTime(contestant.pid);
  const database_before = cpuTime(database.pid);
  const result = await load.run({ ...run, port: contestant.port });
  const cpu_ms = cpuTime(contestant.pid) - cpu_before;
  const database_cpu_ms = cpuTime(database.pid) - database_before;
  if (result.bad > 0 || result.broken > 0 || result.good === 0) {
    const what = `${result.good} good, ${result.bad} bad answers, ${result.broken} broken connections`;
    throw new Error(`${contestant.name}: ${what}; first: ${result.first_bad ?? 'none'}`);
  }
  return { load: result, cpu_ms, database_cpu_ms, peak_rss_bytes: memoryUse(contestant.pid).peak_bytes };
}

function toCell(key: Pick<Cell, 'face' | 'connections' | 'contestant'>, rounds: readonly Round[]): Cell {
  const over = (figure: (round: Round) => number): Spread => spread(rounds.map((round) => figure(round)));
  return {
    ...key,
    rounds: rounds.length,
    calls: rounds.reduce((total, { load }) => total + load.good, 0),
    calls_per_second: over(({ load }) => (load.good * 1_000) / load.elapsed_ms),
    p50_ms: over(({ load }) => load.p50_ms),
    p99_ms: over(({ load }) => load.p99_ms),
    cpu_ms_per_1000: over(({ cpu_ms, load }) => (cpu_ms * 1_000) / load.good),
    database_cpu_ms_per_1000: over(({ database_cpu_ms, load }) => (database_cpu_ms * 1_000) / load.good),
    load_cpu_share: over(({ load }) => load.cpu_ms / load.elapsed_ms),
    peak_rss_bytes: Math.max(...rounds.map((round) => round.peak_rss_bytes)),
  };
}
