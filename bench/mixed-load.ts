// The scenario of slow calls beside fast ones: four calls of a tool that sleeps in the database are always under way, and
// look-ups on the same source are measured with and without them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { requireAuditRecords } from './audit-check.ts';
import type { BenchDeps } from './bench-deps.ts';
import type { Contestant } from './contestant.ts';
import { ours, startContestants } from './contestants.ts';
import { chooseFlights, flightsCatalogue } from './flights.ts';
import { startLoadProcess } from './load.ts';
import { countCalls, measureCells } from './measure-cells.ts';
import type { CallCounts, Cell } from './measure-cells.ts';
import { observe } from './observer.ts';
import type { Observer } from './observer.ts';
import type { BenchOptions } from './options.ts';
import { table, withSpread } from './report.ts';
import { askForFlight } from './requests.ts';
import { seededRandom } from './statistics.ts';
import { verifyAnswers } from './verify-answers.ts';
import { waitUntil } from './wait-until.ts';

const slowCallers = 4;
const fastConnections = 4;
const askedFlights = 1_000;
const verifiedFlights = 10;
const slowTool = 'slow_report';
const goal_p99_ms = 50;

export interface MixedFigures {
  /** Each contestant's look-ups: `alone`, and `beside 4 slow calls`. */
  readonly cells: readonly Cell[];
  readonly slow: readonly SlowFigures[];
}

interface SlowFigures {
  readonly contestant: string;
  /** How long the database sleeps in each. */
  readonly sleep_ms: number;
  readonly calls: number;
  readonly slowest_ms: number;
  /** Mean of how many slept in the database at once: fewer than are asked for where fast calls take their connections. */
  readonly running: number;
}

export async function runMixedLoad(deps: BenchDeps, options: BenchOptions): Promise<MixedFigures> {
  const { database, folder, tell } = deps;
  const data = await deps.flights();
  const sleep_ms = options.quick ? 200 : 2_000;
  const catalogue_path = join(folder, 'mixed.yaml');
  writeFileSync(catalogue_path, `${flightsCatalogue(data.owner)}${slowToolText(sleep_ms)}`);
  const questions = chooseFlights(askedFlights).map((flight) => askForFlight('native', flight));
  const store = await database.create('toolcrib');
  const calls: CallCounts = new Map();
  const tallies = new Map<string, SlowTally>();
  const cells: Cell[] = [];
  {
    await using observer = await observe(data.superuser_url);
    await using load = startLoadProcess();
    await using contestants = await startContestants(deps, options, { catalogue_path, store: store.owner });
    for (const contestant of contestants.all) {
      countCalls(calls, contestant, await verifyAnswers(contestant, questions.slice(0, verifiedFlights)));
    }
    for (const { name } of contestants.all) tallies.set(name, newTally());
    const random = seededRandom(options.seed);
    const measuring = { database, load, contestants: contestants.all, random, calls };
    // So long that every round has several slow calls of each caller.
    const durations = { ...options, measure_ms: Math.max(options.measure_ms, sleep_ms * 3) };
    const beside = (contestant: Contestant): Promise<AsyncDisposable> =>
      startSlowCalls(contestant, tallies.get(contestant.name) ?? newTally(), observer);
    const plan = { questions, connections: [fastConnections], tell };
    cells.push(...(await measureCells(measuring, { ...plan, variant: 'alone' }, durations)));
    const variant = `beside ${slowCallers} slow calls`;
    cells.push(...(await measureCells(measuring, { ...plan, variant, beside }, durations)));
    const counted = (calls.get(ours) ?? 0) + (tallies.get(ours)?.calls ?? 0);
    await requireAuditRecords(store.superuser_url, counted, tell);
  }
  const slow = [...tallies].map(([contestant, tally]) => slowFigures(contestant, sleep_ms, tally));
  tell(`\n${mixedTable(cells)}`);
  tell(`\n${slowTable(slow)}`);
  tell(`\n${goalLine(cells.find((cell) => cell.contestant === ours && cell.variant !== 'alone'))}`);
  return { cells, slow };
}

/** Found by whoever reads a statement of the database: the sleep has a wait event of its own. */
function slowToolText(sleep_ms: number): string {
  return `  ${slowTool}:
    kind: postgres-sql
    source: my-pg-instance
    statement: SELECT 'slept' AS state FROM pg_sleep(${sleep_ms / 1_000})
    description: A report that takes its time.
`;
}

interface SlowTally {
  calls: number;
  slowest_ms: number;
  /** How many slept at once. */
  readonly samples: number[];
}

function newTally(): SlowTally {
  return { calls: 0, slowest_ms: 0, samples: [] };
}

const sampleEveryMs = 50;

/** Begins when all of them sleep. They end with their calls when it is disposed of, which throws when one has failed. */
async function startSlowCalls(contestant: Contestant, tally: SlowTally, observer: Observer): Promise<AsyncDisposable> {
  const over = new AbortController();
  const callers = Array.from({ length: slowCallers }, async () => {
    while (!over.signal.aborted) {
      const begin_ms = performance.now();
      await askSlow(contestant);
      tally.calls += 1;
      tally.slowest_ms = Math.max(tally.slowest_ms, performance.now() - begin_ms);
    }
  });
  const allSleep = async (): Promise<boolean> => (await observer.sleeping()) === slowCallers;
  const wait = { what: `${slowCallers} slow calls of ${contestant.name}`, every_ms: 5, within_ms: 20_000 };
  const sampling = async (): Promise<void> => {
    while (!over.signal.aborted) {
      tally.samples.push(await observer.sleeping());
      await delay(sampleEveryMs);
    }
  };
  const begun = waitUntil(allSleep, wait);
  const done = Promise.all([...callers, begun.then(sampling)]);
  // Told when it is disposed of.
  done.catch(() => undefined);
  const end = async (): Promise<void> => {
    over.abort();
    await done;
  };
  await Promise.race([begun, done]).catch(end);
  return { [Symbol.asyncDispose]: end };
}

async function askSlow({ name, port, headers }: Contestant): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/api/tool/${slowTool}/invoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{}',
  });
  const text = await response.text();
  if (!response.ok || !text.includes('slept')) {
    throw new Error(`${name}, ${slowTool}: status ${response.status}: ${text.slice(0, 300)}`);
  }
}

function slowFigures(contestant: string, sleep_ms: number, { calls, slowest_ms, samples }: SlowTally): SlowFigures {
  const running = samples.reduce((total, count) => total + count, 0) / samples.length;
  return { contestant, sleep_ms, calls, slowest_ms, running };
}

function mixedTable(cells: readonly Cell[]): string {
  return table(
    [`look-ups over ${fastConnections} connections`, 'server', 'calls/s', 'p50 ms', 'p99 ms', 'slowest ms'],
    cells.map((cell) => [
      cell.variant,
      cell.contestant,
      withSpread(cell.calls_per_second, 0),
      withSpread(cell.p50_ms, 2),
      withSpread(cell.p99_ms, 2),
      withSpread(cell.slowest_ms, 0),
    ]),
  );
}

function slowTable(slow: readonly SlowFigures[]): string {
  return table(
    ['slow calls', 'server', 'sleep ms', 'calls', 'slowest ms', 'in the database at once'],
    slow.map((figures) => [
      `${slowCallers} at once`,
      figures.contestant,
      figures.sleep_ms.toFixed(0),
      figures.calls.toFixed(0),
      figures.slowest_ms.toFixed(0),
      figures.running.toFixed(2),
    ]),
  );
}

function goalLine(cell: Cell | undefined): string {
  const p99_ms = cell?.p99_ms.max ?? Number.NaN;
  const word = p99_ms < goal_p99_ms ? 'reached' : 'NOT reached';
  return `goal: p99 of our look-ups beside the slow calls under ${goal_p99_ms} ms: ${word} (worst round ${p99_ms.toFixed(2)} ms)`;
}
