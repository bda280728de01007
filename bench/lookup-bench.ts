// The scenario of look-ups from start to report: contestants, rounds, memory, audit, tables.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contestant } from './contestant.ts';
import { profileSummary } from './cpu-profile.ts';
import type { Database } from './database.ts';
import { databaseUrl } from './database.ts';
import { chooseFlights, createFlights, flightRows, flightsCatalogue } from './flights.ts';
import type { Flight } from './flights.ts';
import { startLoadProcess } from './load.ts';
import type { LoadProcess } from './load.ts';
import { runLookups } from './lookup-scenario.ts';
import type { Cell } from './lookup-scenario.ts';
import { memoryAtRest } from './memory-at-rest.ts';
import type { BenchOptions } from './options.ts';
import { startPeer } from './peer.ts';
import type { PeerProgram } from './peer.ts';
import { memoryUse } from './process-usage.ts';
import { cellTable, megabytes, ratioTable, ratios, table } from './report.ts';
import type { Ratio } from './report.ts';
import { prepareRequest } from './requests.ts';
import { countAuditRecords, startToolcrib } from './toolcrib.ts';
import { verifyAnswers } from './verify-answers.ts';

export interface BenchDeps {
  readonly database: Database;
  /** For files of the run; deleted after it. */
  readonly folder: string;
  readonly peer: PeerProgram | undefined;
  readonly tell: (line: string) => void;
}

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

const ours = 'toolcrib';
/** So many different flights are asked for, in turn. */
const askedFlights = 5_000;

export async function runLookupBench(deps: BenchDeps, options: BenchOptions): Promise<LookupFigures> {
  const { database, folder, tell } = deps;
  const data = await database.create('flights');
  await createFlights(databaseUrl(data.owner));
  const catalogue_path = join(folder, 'tools.yaml');
  writeFileSync(catalogue_path, flightsCatalogue(data.owner));
  const flights = chooseFlights(askedFlights);
  tell(`flights: ${flightRows} rows; ${askedFlights} different ones are asked for`);

  await using load = startLoadProcess();
  const store = await database.create('toolcrib');
  const memory: MemoryFigures[] = [];
  let cells: readonly Cell[];
  {
    await using toolcrib = await startToolcrib({
      name: ours,
      catalogue_path,
      folder,
      store: store.owner,
      durability: options.durability,
      profile: options.profile,
    });
    await using peer =
      deps.peer &&
      (await startPeer({
        program: deps.peer,
        catalogue_path,
        folder,
        log_level: options.quiet_peer ? 'ERROR' : 'INFO',
      }));
    const contestants = [toolcrib, ...(peer === undefined ? [] : [peer])];
    for (const { name, version } of contestants) tell(`${name}: ${version}`);
    const at_rest = new Map<string, number>();
    for (const contestant of contestants) at_rest.set(contestant.name, await restAfterOneCall(contestant, flights));
    const result = await runLookups({ database, load, contestants, flights, tell }, options);
    cells = result.cells;
    for (const contestant of contestants) {
      memory.push(await memoryAfterLoad(contestant, at_rest.get(contestant.name) ?? 0));
    }
    await requireAuditRecords(store.superuser_url, (result.calls.get(ours) ?? 0) + 1, tell);
  }
  memory.push(await embeddedMemory({ ...deps, load }, options, { catalogue_path, flights }));

  const compared = ratios(cells, ours, 'toolbox');
  tell(`\n${cellTable(cells)}`);
  if (compared.length > 0) tell(`\n${ratioTable(compared)}`);
  tell(`\n${memoryTable(memory)}`);
  if (options.profile !== undefined) tell(`\n${profileSummary(options.profile)}`);
  return { cells, ratios: compared, memory };
}

async function restAfterOneCall(contestant: Contestant, flights: readonly Flight[]): Promise<number> {
  await verifyAnswers(contestant, 'native', flights.slice(0, 1));
  return memoryAtRest(contestant.pid);
}

async function memoryAfterLoad({ name, pid }: Contestant, at_rest_bytes: number): Promise<MemoryFigures> {
  const after_load_bytes = await memoryAtRest(pid);
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
  const at_rest = await restAfterOneCall(server, setup.flights);
  const requests = setup.flights.map((flight) => prepareRequest('native', flight, server));
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
  return await memoryAfterLoad(server, at_rest);
}

const auditWithinMs = 10_000;

/** Every call that was answered has its record: as many as calls, not one more. */
async function requireAuditRecords(superuser_url: string, calls: number, tell: BenchDeps['tell']): Promise<void> {
  const deadline = performance.now() + auditWithinMs;
  let records = await countAuditRecords(superuser_url);
  while (records < calls && performance.now() < deadline) {
    await delay(50);
    records = await countAuditRecords(superuser_url);
  }
  if (records !== calls) throw new Error(`${calls} calls were answered, and the audit has ${records} records`);
  tell(`audit: ${records} records for ${calls} calls`);
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
