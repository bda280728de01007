// Measures one thing: every contestant answers the same questions, round by round, in a shuffled order.
import type { Contestant } from './contestant.ts';
import type { Database } from './database.ts';
import type { LoadResult, PreparedRequest } from './load-job.ts';
import type { LoadProcess } from './load.ts';
import type { BenchOptions } from './options.ts';
import { cpuTime, memoryUse } from './process-usage.ts';
import { prepareRequest } from './requests.ts';
import type { Question } from './requests.ts';
import { shuffled, spread } from './statistics.ts';
import type { Spread } from './statistics.ts';

/** The figures of one contestant. */
export interface Cell {
  /** What is compared beside the contestants, as the tables show it: a way in, a credential … */
  readonly variant: string;
  readonly connections: number;
  readonly contestant: string;
  readonly rounds: number;
  readonly calls: number;
  readonly calls_per_second: Spread;
  readonly p50_ms: Spread;
  readonly p99_ms: Spread;
  readonly slowest_ms: Spread;
  /** CPU of the server process and its children. */
  readonly cpu_ms_per_1000: Spread;
  /** CPU of PostgreSQL meanwhile, all that this contestant makes it do. */
  readonly database_cpu_ms_per_1000: Spread;
  /** Share of one core that the load process took. */
  readonly load_cpu_share: Spread;
  readonly peak_rss_bytes: number;
}

export interface MeasureDeps {
  readonly database: Database;
  readonly load: LoadProcess;
  readonly contestants: readonly Contestant[];
  /** From 0 to 1: for the order of the contestants. */
  readonly random: () => number;
  /** Counts the calls that are made, by contestant. */
  readonly calls: CallCounts;
}

/** Calls made, measured or not, by contestant. */
export type CallCounts = Map<string, number>;

export function countCalls(counts: CallCounts, { name }: Contestant, made: number): void {
  counts.set(name, (counts.get(name) ?? 0) + made);
}

export interface CellPlan {
  readonly variant: string;
  readonly questions: readonly Question[];
  readonly connections: readonly number[];
  /** What goes on beside the load; ended after each round. */
  readonly beside?: (contestant: Contestant) => Promise<AsyncDisposable>;
  readonly tell: (line: string) => void;
}

type Durations = Pick<BenchOptions, 'rounds' | 'measure_ms' | 'warm_up_ms'>;

/** Throws at the first wrong or missing answer: figures of wrong answers are worth nothing. */
export async function measureCells(deps: MeasureDeps, plan: CellPlan, durations: Durations): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  const requests = new Map<string, readonly PreparedRequest[]>();
  for (const contestant of deps.contestants) {
    requests.set(
      contestant.name,
      plan.questions.map((question) => prepareRequest(question, contestant)),
    );
  }
  for (const connections of plan.connections) {
    const rounds = new Map<string, Round[]>(deps.contestants.map(({ name }) => [name, []]));
    // Round 0 is the warm-up: it is run like the others and thrown away.
    for (let round = 0; round <= durations.rounds; round++) {
      for (const contestant of shuffled(deps.contestants, deps.random)) {
        await using stack = new AsyncDisposableStack();
        stack.use(await plan.beside?.(contestant));
        const measured = await measure(deps, contestant, {
          requests: requests.get(contestant.name) ?? [],
          connections,
          duration_ms: round === 0 ? durations.warm_up_ms : durations.measure_ms,
          // Goes on where the last round has ended.
          offset: deps.calls.get(contestant.name) ?? 0,
        });
        countCalls(deps.calls, contestant, measured.load.good);
        if (round > 0) rounds.get(contestant.name)?.push(measured);
      }
    }
    for (const [contestant, measured] of rounds) {
      cells.push(toCell({ variant: plan.variant, connections, contestant }, measured));
    }
    plan.tell(`${plan.variant}, ${connections} connections: done`);
  }
  return cells;
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

async function measure({ load, database }: MeasureDeps, contestant: Contestant, run: Run): Promise<Round> {
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

function toCell(key: Pick<Cell, 'variant' | 'connections' | 'contestant'>, rounds: readonly Round[]): Cell {
  const over = (figure: (round: Round) => number): Spread => spread(rounds.map((round) => figure(round)));
  return {
    ...key,
    rounds: rounds.length,
    calls: rounds.reduce((total, { load }) => total + load.good, 0),
    calls_per_second: over(({ load }) => (load.good * 1_000) / load.elapsed_ms),
    p50_ms: over(({ load }) => load.p50_ms),
    p99_ms: over(({ load }) => load.p99_ms),
    slowest_ms: over(({ load }) => load.slowest_ms),
    cpu_ms_per_1000: over(({ cpu_ms, load }) => (cpu_ms * 1_000) / load.good),
    database_cpu_ms_per_1000: over(({ database_cpu_ms, load }) => (database_cpu_ms * 1_000) / load.good),
    load_cpu_share: over(({ load }) => load.cpu_ms / load.elapsed_ms),
    peak_rss_bytes: Math.max(...rounds.map((round) => round.peak_rss_bytes)),
  };
}
