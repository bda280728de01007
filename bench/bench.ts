// Entry of `npm run bench`: starts a real PostgreSQL and the contestants, runs scenarios, prints tables, and fails when
// an answer was wrong or a call has no audit record. Times are reported, never judged here.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAuthBench } from './auth-bench.ts';
import type { BenchDeps } from './bench-deps.ts';
import { startDatabase } from './database.ts';
import { flightsDatabase } from './flights-database.ts';
import { runLargeResults } from './large-results.ts';
import { describeMachine } from './machine.ts';
import { runMixedLoad } from './mixed-load.ts';
import { readOptions } from './options.ts';
import type { BenchOptions, Scenario } from './options.ts';
import { findPeer } from './peer.ts';
import { runLookupBench } from './lookup-bench.ts';
import { runReloads } from './reload-bench.ts';
import { runTenantsBench } from './tenants-bench.ts';

/** Each gives the figures that `--json` writes under its name. */
const runs: Readonly<Record<Scenario, (deps: BenchDeps, options: BenchOptions) => Promise<object>>> = {
  lookup: runLookupBench,
  large: runLargeResults,
  mixed: runMixedLoad,
  reload: runReloads,
  auth: runAuthBench,
  tenants: runTenantsBench,
};

const options = readOptions(process.argv.slice(2));
const peer = options.without_peer ? { missing: 'left out by --without-peer' } : await findPeer();
if ('missing' in peer) process.stdout.write(`\n*** The peer is NOT measured: ${peer.missing} ***\n\n`);

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-bench-'));
try {
  await using database = await startDatabase();
  const machine = describeMachine();
  const tell = (line: string): void => void process.stdout.write(`${line}\n`);
  tell(
    `${machine.processor}, ${machine.cores} cores, ${(machine.memory_bytes / 2 ** 30).toFixed(0)} GiB, ${machine.kernel}, Node ${machine.node}, ${database.version}`,
  );
  const shared = { database, flights: flightsDatabase(database), peer: 'missing' in peer ? undefined : peer, tell };
  const figures: { [Name in Scenario]?: object } = {};
  for (const scenario of options.scenarios) {
    const own_folder = join(folder, scenario);
    mkdirSync(own_folder);
    tell(`\n# ${scenario}`);
    figures[scenario] = await runs[scenario]({ ...shared, folder: own_folder }, options);
  }
  if (options.json !== undefined) {
    const text = JSON.stringify({ machine, database: database.version, options, figures }, undefined, 2);
    writeFileSync(options.json, `${text}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
