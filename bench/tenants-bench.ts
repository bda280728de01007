// The scenario of many tenants: the same call of a web service with the account of the tool file and with the account of
// whoever calls, by a few hundred people at a time, with ten tenants and with ten thousand. What the choice of a credential
// costs is the difference between the two tools on one server, round by round.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeMasterKey } from '../server/src/credentials/vault/master-key.ts';
import { requireAuditRecords } from './audit-check.ts';
import type { BenchDeps } from './bench-deps.ts';
import { startChildServer } from './child-server.ts';
import type { Contestant } from './contestant.ts';
import { sharesInside } from './cpu-profile.ts';
import { startLoadProcess } from './load.ts';
import type { LoadProcess } from './load.ts';
import type { LoadResult, PreparedRequest } from './load-job.ts';
import { memoryAtRest } from './memory-at-rest.ts';
import type { BenchOptions } from './options.ts';
import { cpuTime, memoryUse } from './process-usage.ts';
import { megabytes, table, withSpread } from './report.ts';
import { seededRandom, shuffled, spread } from './statistics.ts';
import type { Spread } from './statistics.ts';
import { makeWorld, system } from './tenants-world.ts';
import type { WorldCaller, WorldSize } from './tenants-world.ts';
import { startToolcrib } from './toolcrib.ts';

const accounts = ['of the file', 'of the caller'] as const;
type Account = (typeof accounts)[number];
const toolOf: Readonly<Record<Account, string>> = { 'of the file': 'who_is_file', 'of the caller': 'who_is_caller' };
const file_token = 'token-of-the-file';

/** Who calls at the same time: more than one second's look-ups can remember would measure identification instead. */
const callers = 500;
const sizes: readonly WorldSize[] = [
  { tenants: 10, users_per_tenant: 1_000, credentials: 10_000, callers },
  { tenants: 1_000, users_per_tenant: 100, credentials: 10_000, callers },
  { tenants: 10_000, users_per_tenant: 10, credentials: 10_000, callers },
];
const quick_sizes: readonly WorldSize[] = [
  { tenants: 2, users_per_tenant: 10, credentials: 40, callers: 20 },
  { tenants: 20, users_per_tenant: 2, credentials: 40, callers: 20 },
];

export interface TenantsCell {
  readonly tenants: number;
  readonly account: Account;
  readonly calls: number;
  readonly calls_per_second: Spread;
  readonly p50_ms: Spread;
  readonly p99_ms: Spread;
  readonly cpu_us_per_call: Spread;
  /** CPU per call of this account by that of the file's in the same round: what noise there is, both had. */
  readonly cpu_ratio: Spread;
}

export interface TenantsMemory {
  readonly tenants: number;
  readonly at_rest_bytes: number;
  readonly peak_bytes: number;
}

export interface TenantsFigures {
  readonly cells: readonly TenantsCell[];
  readonly memory: readonly TenantsMemory[];
}

export async function runTenantsBench(deps: BenchDeps, options: BenchOptions): Promise<TenantsFigures> {
  const cells: TenantsCell[] = [];
  const memory: TenantsMemory[] = [];
  await using load = startLoadProcess();
  await using upstream = await startUpstream(deps.folder);
  for (const size of options.quick ? quick_sizes : sizes) {
    const measured = await measureWorld({ deps, options, load, upstream_url: upstream.url }, size);
    cells.push(...measured.cells);
    memory.push(measured.memory);
    deps.tell(`${size.tenants} tenants: done`);
  }
  deps.tell(`\n${cellTable(cells)}`);
  deps.tell(`\n${memoryTable(memory)}`);
  if (options.profile !== undefined) {
    const shares = sharesInside(options.profile, 'resolveCredential').map((share) => `${(share * 100).toFixed(2)} %`);
    deps.tell(`\nCPU inside the step resolve, of all calls, of which half need an account: ${shares.join(', ')}`);
  }
  return { cells, memory };
}

interface Setting {
  readonly deps: BenchDeps;
  readonly options: BenchOptions;
  readonly load: LoadProcess;
  readonly upstream_url: string;
}

async function measureWorld(setting: Setting, size: WorldSize) {
  const { deps, options, load, upstream_url } = setting;
  const folder = join(deps.folder, String(size.tenants));
  mkdirSync(folder);
  const catalogue_path = join(folder, 'tools.yaml');
  writeFileSync(catalogue_path, catalogue(upstream_url));
  const database = await deps.database.create('tenants');
  const master_key = makeMasterKey();
  const people = await makeWorld(database, size, master_key);
  await using server = await startToolcrib({
    name: 'toolcrib',
    catalogue_path,
    folder,
    store: database.owner,
    durability: options.durability,
    allowed_private: ['127.0.0.1'],
    master_key,
    profile: options.profile,
  });
  const at_rest_bytes = await memoryAtRest(server.pid, options.rest_ms);
  const requests = new Map(
    accounts.map((account) => [account, people.map((caller) => prepare(server, account, caller))]),
  );
  const { cells, calls } = await measureAccounts({ load, server, requests, options }, size);
  await requireAuditRecords(database.superuser_url, calls, deps.tell);
  return { cells, memory: { tenants: size.tenants, at_rest_bytes, peak_bytes: memoryUse(server.pid).peak_bytes } };
}

interface Measuring {
  readonly load: LoadProcess;
  readonly server: Contestant;
  readonly requests: ReadonlyMap<Account, readonly PreparedRequest[]>;
  readonly options: BenchOptions;
}

interface Round {
  readonly load: LoadResult;
  readonly cpu_ms: number;
}

function cpuPerCall({ load, cpu_ms }: Round): number {
  return (cpu_ms * 1_000) / load.good;
}

async function measureAccounts(
  measuring: Measuring,
  size: WorldSize,
): Promise<{ readonly cells: readonly TenantsCell[]; readonly calls: number }> {
  const { load, server, requests, options } = measuring;
  const random = seededRandom(options.seed);
  const rounds = new Map<Account, Round[]>();
  let offset = 0;
  // Round 0 is the warm-up: it is run like the others and thrown away.
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const account of shuffled(accounts, random)) {
      const before = cpuTime(server.pid);
      const result = await load.run({
        port: server.port,
        requests: requests.get(account) ?? [],
        connections: 16,
        duration_ms: round === 0 ? options.warm_up_ms : options.measure_ms,
        offset,
      });
      const cpu_ms = cpuTime(server.pid) - before;
      offset += result.good;
      if (result.bad > 0 || result.broken > 0 || result.good === 0)
        throw new Error(`Account ${account}: ${result.bad} bad answers; first: ${result.first_bad ?? 'none'}`);
      if (round > 0) rounds.set(account, [...(rounds.get(account) ?? []), { load: result, cpu_ms }]);
    }
  }
  const base = rounds.get('of the file') ?? [];
  const cells = accounts.map((account) => {
    const measured = rounds.get(account) ?? [];
    const over = (figure: (round: Round) => number): Spread => spread(measured.map((one) => figure(one)));
    return {
      tenants: size.tenants,
      account,
      calls: measured.reduce((total, one) => total + one.load.good, 0),
      calls_per_second: over((one) => (one.load.good * 1_000) / one.load.elapsed_ms),
      p50_ms: over((one) => one.load.p50_ms),
      p99_ms: over((one) => one.load.p99_ms),
      cpu_us_per_call: over((one) => cpuPerCall(one)),
      cpu_ratio: spread(measured.map((one, round) => cpuPerCall(one) / cpuPerCall(base[round] ?? one))),
    };
  });
  return { cells, calls: offset };
}

/** The answer says whose token arrived at the service: every single one is checked. */
function prepare({ port }: Contestant, account: Account, { key, token }: WorldCaller): PreparedRequest {
  const head = [
    `POST /api/tool/${toolOf[account]}/invoke HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    `authorization: Bearer ${key}`,
    'content-type: application/json',
    'content-length: 2',
  ];
  const sent = `Bearer ${account === 'of the file' ? file_token : token}`;
  const expected = createHash('sha256').update(sent).digest('hex');
  return { bytes: Buffer.from(`${head.join('\r\n')}\r\n\r\n{}`), expected: [expected] };
}

function catalogue(url: string): string {
  return `sources:
  service_file:
    kind: http
    baseUrl: ${url}
    headers:
      Authorization: Bearer ${file_token}
  service_caller:
    kind: http
    baseUrl: ${url}
    credential:
      system: ${system}
tools:
  ${toolOf['of the file']}:
    kind: http
    source: service_file
    method: GET
    path: /
    description: Says whose account asks.
  ${toolOf['of the caller']}:
    kind: http
    source: service_caller
    method: GET
    path: /
    description: Says whose account asks.
`;
}

async function startUpstream(folder: string): Promise<AsyncDisposable & { readonly url: string }> {
  const urlIn = (output: string): string | undefined => /listens on (\S+)/.exec(output)?.[1];
  const server = await startChildServer({
    name: 'upstream',
    command: process.execPath,
    args: [join(import.meta.dirname, 'upstream-process.ts')],
    folder,
    ready: (output) => Promise.resolve(urlIn(output) !== undefined),
  });
  return { url: urlIn(server.output()) ?? '', [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function cellTable(cells: readonly TenantsCell[]): string {
  return table(
    ['tenants, account', 'calls/s', 'p50 ms', 'p99 ms', 'CPU µs per call', 'the choice costs'],
    cells.map((cell) => [
      `${cell.tenants}, ${cell.account}`,
      withSpread(cell.calls_per_second, 0),
      withSpread(cell.p50_ms, 2),
      withSpread(cell.p99_ms, 2),
      withSpread(cell.cpu_us_per_call, 0),
      cell.account === 'of the file' ? '' : `${((cell.cpu_ratio.median - 1) * 100).toFixed(1)} %`,
    ]),
  );
}

function memoryTable(memory: readonly TenantsMemory[]): string {
  return table(
    ['tenants', 'at rest MB', 'peak MB'],
    memory.map(({ tenants, at_rest_bytes, peak_bytes }) => [
      String(tenants),
      megabytes(at_rest_bytes),
      megabytes(peak_bytes),
    ]),
  );
}
