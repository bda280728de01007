// The scenario of a tool file that changes while calls run: after every change the connections to the database are counted,
// and what became of the calls meanwhile. Ours must not fail one call.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { requireAuditRecords } from './audit-check.ts';
import type { BenchDeps } from './bench-deps.ts';
import type { Contestant } from './contestant.ts';
import { ours, startOurs, startTheirs } from './contestants.ts';
import type { DatabaseAddress } from './database.ts';
import { chooseFlights, flightsCatalogue } from './flights.ts';
import type { LoadResult } from './load-job.ts';
import { startLoadProcess } from './load.ts';
import type { LoadProcess } from './load.ts';
import { countCalls } from './measure-cells.ts';
import type { CallCounts } from './measure-cells.ts';
import { observe } from './observer.ts';
import type { Observer } from './observer.ts';
import type { BenchOptions } from './options.ts';
import { reloadSummary, reloadTable } from './reload-report.ts';
import { askForFlight, prepareRequest } from './requests.ts';
import type { Question } from './requests.ts';
import { verifyAnswers } from './verify-answers.ts';
import { waitUntil } from './wait-until.ts';

const connections = 4;
const askedFlights = 1_000;
const verifiedFlights = 10;
const extraTool = 'search_flights_by_airline';

/** The load runs in windows of a quarter of `--seconds`, but not shorter ones. */
const shortestWindowMs = 100;

/** What changes, in turn; each time the description of the tool that is being called changes as well. */
const changes = ['description', 'source', 'tool added or removed'] as const;
export type Change = (typeof changes)[number];

export interface ReloadFigures {
  readonly server: string;
  /** Calls of the same load before anything changes. */
  readonly undisturbed: LoadFigures;
  readonly connections_before: number;
  readonly reloads: readonly Reload[];
}

export interface Reload {
  readonly change: Change;
  /** From the written file to the first manifest that shows it. */
  readonly seen_after_ms: number;
  /** Open connections to the tools' database, once their number is steady. */
  readonly connections: number;
  /** How many of them were opened by the present definition of the source, or one equal to it. */
  readonly connections_of_source: number;
  readonly load: LoadFigures;
}

/** Of the calls from before the change until after it was seen. */
export interface LoadFigures {
  readonly calls: number;
  readonly failed: number;
  readonly first_failure: string | undefined;
  readonly p99_ms: number;
  readonly slowest_ms: number;
}

export async function runReloads(
  deps: BenchDeps,
  options: BenchOptions,
): Promise<{ readonly reload: readonly ReloadFigures[] }> {
  const { database, folder, tell } = deps;
  const data = await deps.flights();
  const store = await database.create('toolcrib');
  await using load = startLoadProcess();
  await using observer = await observe(data.superuser_url);
  const questions = chooseFlights(askedFlights).map((flight) => askForFlight('native', flight));
  const calls: CallCounts = new Map();
  const watching = { load, observer, questions, address: data.owner, calls, tell };
  const reload: ReloadFigures[] = [];
  // One after the other: their connections are told apart by time.
  const catalogue_path = join(folder, 'reload.yaml');
  const setup = { catalogue_path, store: store.owner };
  writeFileSync(catalogue_path, catalogueOf(data.owner, firstState));
  {
    await using toolcrib = await startOurs(deps, options, setup);
    const figures = await watchReloads({ ...watching, contestant: toolcrib, catalogue_path }, options);
    reload.push(figures);
    if (failedCalls(figures) === 0) await requireAuditRecords(store.superuser_url, calls.get(ours) ?? 0, tell);
  }
  await waitUntil(async () => (await observer.connectionsOf(data.owner.user)).length === 0, {
    what: 'the end of all connections of a server that has stopped',
    every_ms: 20,
    within_ms: 10_000,
  });
  writeFileSync(catalogue_path, catalogueOf(data.owner, firstState));
  {
    await using peer = await startTheirs(deps, options, setup);
    if (peer !== undefined) {
      reload.push(await watchReloads({ ...watching, contestant: peer, catalogue_path }, options));
    }
  }
  tell(`\n${reloadTable(reload)}`);
  tell(`\n${reloadSummary(reload)}`);
  for (const figures of reload) requireNoFailure(figures);
  return { reload };
}

/** What the file says. */
interface FileState {
  readonly version: number;
  readonly application_name: string;
  readonly has_extra: boolean;
}

const firstState: FileState = { version: 0, application_name: 'bench-0', has_extra: false };

function nextState({ version, application_name, has_extra }: FileState, change: Change): FileState {
  const next = version + 1;
  return {
    version: next,
    application_name: change === 'source' ? `bench-${next}` : application_name,
    has_extra: change === 'tool added or removed' ? !has_extra : has_extra,
  };
}

function catalogueOf(address: DatabaseAddress, { version, application_name, has_extra }: FileState): string {
  const text = flightsCatalogue(address, { note: noteOf(version), application_name });
  const extra = `  ${extraTool}:
    kind: postgres-sql
    source: my-pg-instance
    statement: SELECT * FROM flights WHERE airline = $1 LIMIT 10
    description: Some flights of an airline.
    parameters:
      - name: airline
        type: string
        description: Airline unique 2 letter identifier
`;
  return has_extra ? text + extra : text;
}

function noteOf(version: number): string {
  return `This is version ${version}.`;
}

interface ReloadDeps {
  readonly contestant: Contestant;
  readonly catalogue_path: string;
  readonly load: LoadProcess;
  readonly observer: Observer;
  readonly questions: readonly Question[];
  readonly address: DatabaseAddress;
  readonly calls: CallCounts;
  readonly tell: (line: string) => void;
}

async function watchReloads(deps: ReloadDeps, options: BenchOptions): Promise<ReloadFigures> {
  const { contestant, load, observer, questions, address, calls, tell } = deps;
  tell(`${contestant.name}: ${contestant.version}`);
  countCalls(calls, contestant, await verifyAnswers(contestant, questions.slice(0, verifiedFlights)));
  const requests = questions.map((question) => prepareRequest(question, contestant));
  const runLoad = async (duration_ms: number): Promise<LoadResult> => {
    const offset = calls.get(contestant.name) ?? 0;
    const result = await load.run({ port: contestant.port, requests, connections, duration_ms, offset });
    countCalls(calls, contestant, result.good);
    return result;
  };
  requireRight(contestant, await runLoad(options.warm_up_ms));
  const undisturbed = await runLoad(options.measure_ms);
  const connections_before = (await steadyConnections(observer, address.user)).length;
  const reloads: Reload[] = [];
  let state = firstState;
  for (let number = 0; number < options.reloads; number++) {
    const change = changes[number % changes.length] ?? 'description';
    state = nextState(state, change);
    const figures = await reloadOnce(deps, {
      state,
      window_ms: Math.max(options.measure_ms / 4, shortestWindowMs),
      runLoad,
    });
    reloads.push({ change, ...figures });
  }
  return {
    server: contestant.name,
    undisturbed: loadFigures([undisturbed]),
    connections_before,
    reloads,
  };
}

interface OneReload {
  readonly state: FileState;
  readonly window_ms: number;
  readonly runLoad: (duration_ms: number) => Promise<LoadResult>;
}

async function reloadOnce(deps: ReloadDeps, { state, window_ms, runLoad }: OneReload): Promise<Omit<Reload, 'change'>> {
  const { contestant, catalogue_path, observer, address } = deps;
  const results: LoadResult[] = [];
  const over = new AbortController();
  const loading = (async () => {
    for (let is_last = false; !is_last;) {
      // One whole window after the change was seen: the new version is called for sure.
      is_last = over.signal.aborted;
      results.push(await runLoad(window_ms));
    }
  })();
  let seen_after_ms: number;
  try {
    await delay(window_ms / 2);
    replaceFile(catalogue_path, catalogueOf(address, state));
    seen_after_ms = await waitUntil(() => shows(contestant, state), {
      what: `version ${state.version} of the tool file in ${contestant.name}`,
      every_ms: 5,
      within_ms: 30_000,
    });
  } finally {
    over.abort();
    await loading;
  }
  const open = await steadyConnections(observer, address.user);
  return {
    seen_after_ms,
    connections: open.length,
    connections_of_source: open.filter((name) => name === state.application_name).length,
    load: loadFigures(results),
  };
}

/** As careful editors do: nobody ever reads half a file. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

interface Manifest {
  readonly tools: Readonly<Record<string, { readonly description: string }>>;
}

/** Whether the server offers what the file says. */
async function shows({ port, headers }: Contestant, { version, has_extra }: FileState): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/api/toolset`, { headers });
  const { tools } = (await response.json()) as Manifest;
  const is_new = tools['search_flights_by_number']?.description.includes(noteOf(version)) === true;
  return is_new && extraTool in tools === has_extra;
}

const steadyReads = 5;

/** What the connections call themselves, when their number has stayed the same for a while: old ones take time to end. */
async function steadyConnections(observer: Observer, user: string): Promise<readonly string[]> {
  let open = await observer.connectionsOf(user);
  let same = 0;
  await waitUntil(
    async () => {
      const again = await observer.connectionsOf(user);
      same = again.length === open.length ? same + 1 : 0;
      open = again;
      return same >= steadyReads;
    },
    { what: 'a steady number of connections', every_ms: 50, within_ms: 20_000 },
  );
  return open;
}

/** Together; the worst p99 of them, where there is more than one. */
function loadFigures(results: readonly LoadResult[]): LoadFigures {
  const total = (count: (result: LoadResult) => number): number =>
    results.reduce((sum, result) => sum + count(result), 0);
  return {
    calls: total(({ good, bad, broken }) => good + bad + broken),
    failed: total(({ bad, broken }) => bad + broken),
    first_failure: results.find(({ first_bad }) => first_bad !== undefined)?.first_bad,
    p99_ms: Math.max(...results.map(({ p99_ms }) => p99_ms)),
    slowest_ms: Math.max(...results.map(({ slowest_ms }) => slowest_ms)),
  };
}

function allLoads({ undisturbed, reloads }: ReloadFigures): readonly LoadFigures[] {
  return [undisturbed, ...reloads.map(({ load }) => load)];
}

function failedCalls(figures: ReloadFigures): number {
  return allLoads(figures).reduce((sum, { failed }) => sum + failed, 0);
}

/** Before anything changes, nobody's calls may fail. */
function requireRight({ name }: Contestant, { bad, broken, first_bad }: LoadResult): void {
  if (bad + broken > 0) throw new Error(`${name}: ${bad + broken} calls failed; first: ${first_bad ?? 'no answer'}`);
}

/** The peer's failures are figures; ours are defects. */
function requireNoFailure(figures: ReloadFigures): void {
  if (figures.server !== ours || failedCalls(figures) === 0) return;
  const first = allLoads(figures).find(({ first_failure }) => first_failure !== undefined)?.first_failure;
  throw new Error(`${failedCalls(figures)} calls failed while the file changed; first: ${first ?? 'no answer'}`);
}
