// The scenario of look-ups from start to report: contestants, rounds, memory, audit, tables.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireAuditRecords } from './audit-check.ts';
import type { BenchDeps } from './bench-deps.ts';
import type { Contestant } from './contestant.ts';
import { ours, startContestants } from './contestants.ts';
import { profileSummary } from './cpu-profile.ts';
import { chooseFlights, flightRows, flightsCatalogue } from './flights.ts';
import type { Flight } from './flights.ts';
import { startLoadProcess } from './load.ts';
import type { LoadProcess } from './load.ts';
import { runLookups } from './lookup-scenario.ts';
import { countCalls } from './measure-cells.ts';
import type { CallCounts, Cell } from './measure-cells.ts';
import { memoryAtRest } from './memory-at-rest.ts';
import type { BenchOptions } from './options.ts';
import { memoryUse } from './process-usage.ts';
import { cellTable, megabytes, ratioTable, ratios, table } from './report.ts';
import type { Ratio } from './report.ts';
import { askForFlight, prepareRequest } from './requests.ts';
import { seededRandom } from './statistics.ts';
import { startToolcrib } from './toolcrib.ts';
import { verifyAnswers } from './verify-answers.ts';

export interface LookupFigures {
  readonly cells: readonly Cell[];
  readonly ratios: readonly Ratio[];
  readonly memory: readonly MemoryFigures[];
}

interface MemoryFigures {
  readonly server: string;
  /** Started, and one call answered. */
  readonly at_rest_bytes: number;
  readonly peak_bytes: number;
  /** At rest again after the load. */
  readonly after_load_bytes: number;
}

/** So many different flights are asked for, in turn. */
const askedFlights = 5_000;

export async function runLookupBench(deps: BenchDeps, options: BenchOptions): Promise<LookupFigures> {
  const { database, folder, tell } = deps;
  const data = await deps.flights();
  const catalogue_path = join(folder, 'tools.yaml');
  writeFileSync(catalogue_path, flightsCatalogue(data.owner));
  const flights = chooseFlights(askedFlights);
  tell(`flights: ${flightRows} rows; ${askedFlights} different ones are asked for`);

  await using load = startLoadProcess();
  const store = await database.create('toolcrib');
  const memory: MemoryFigures[] = [];
  let cells: readonly Cell[];
  {
    await using contestants = await startContestants(deps, options, { catalogue_path, store: store.owner });
    const { all } = contestants;
    const at_rest = new Map<string, number>();
    const calls: CallCounts = new Map();
    for (const contestant of all) {
      at_rest.set(contestant.name, await restAfterOneCall(contestant, flights, options));
      countCalls(calls, contestant, 1);
    }
    const random = seededRandom(options.seed);
    cells = await runLookups({ database, load, contestants: all, random, calls, flights, tell }, options);
    for (const contestant of all) {
      memory.push(await memoryAfterLoad(contestant, at_rest.get(contestant.name) ?? 0, options));
    }
    await requireAuditRecords(store.superuser_url, calls.get(ours) ?? 0, tell);
  }
  memory.push(await embeddedMemory({ ...deps, load }, options, { catalogue_path, flights }));

  const compared = ratios(cells, ours, 'toolbox');
  tell(`\n${cellTable('way in', cells)}`);
  if (compared.length > 0) tell(`\n${ratioTable('way in', compared)}`);
  tell(`\n${memoryTable(memory)}`);
  if (options.profile !== undefined) tell(`\n${profileSummary(options.profile)}`);
  return { cells, ratios: compared, memory };
}

async function restAfterOneCall(
  contestant: Contestant,
  flights: readonly Flight[],
  { rest_ms }: BenchOptions,
): Promise<number> {
  await verifyAnswers(
    contestant,
    flights.slice(0, 1).map((flight) => askForFlight('native', flight)),
  );
  return memoryAtRest(contestant.pid, rest_ms);
}

async function memoryAfterLoad(
  { name, pid }: Contestant,
  at_rest_bytes: number,
  { rest_ms }: BenchOptions,
): Promise<MemoryFigures> {
  const after_load_bytes = await memoryAtRest(pid, rest_ms);
  return { server: name, at_rest_bytes, peak_bytes: memoryUse(pid).peak_bytes, after_load_bytes };
}

/** The same server with its state in the embedded database: only its memory is of interest here. */
async function embeddedMemory(
  deps: BenchDeps & { readonly load: LoadProcess },
  options: BenchOptions,
  setup: { readonly catalogue_path: string; readonly flights: readonly Flight[] },
): Promise<MemoryFigures> {
  await using server = await startToolcrib({
    name: `${ours}-embedded`,
    catalogue_path: setup.catalogue_path,
    folder: deps.folder,
    store: undefined,
    durability: options.durability,
  });
  const at_rest = await restAfterOneCall(server, setup.flights, options);
  const requests = setup.flights.map((flight) => prepareRequest(askForFlight('native', flight), server));
  const result = await deps.load.run({
    port: server.port,
    requests,
    connections: 16,
    duration_ms: options.measure_ms * 2,
    offset: 0,
  });
  if (result.bad > 0 || result.broken > 0) throw new Error(`${server.name}: wrong answers; first: ${result.first_bad}`);
  deps.tell(
    `${server.name}: ${((result.good * 1_000) / result.elapsed_ms).toFixed(0)} calls/s at 16 connections, native`,
  );
  return await memoryAfterLoad(server, at_rest, options);
}

function memoryTable(memory: readonly MemoryFigures[]): string {
  return table(
    ['server', 'at rest MB', 'peak MB', 'at rest after load MB'],
    memory.map((figures) => [
      figures.server,
      megabytes(figures.at_rest_bytes),
      megabytes(figures.peak_bytes),
      megabytes(figures.after_load_bytes),
    ]),
  );
}
