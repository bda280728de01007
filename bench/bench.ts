// Entry of `npm run bench`: starts a real PostgreSQL and the contestants, runs one scenario, prints tables, and fails when
// an answer was wrong or a call has no audit record. Times are reported, never judged here.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDatabase } from './database.ts';
import { runLargeResults } from './large-results.ts';
import { describeMachine } from './machine.ts';
import { readOptions } from './options.ts';
import { findPeer } from './peer.ts';
import { runLookupBench } from './lookup-bench.ts';

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
  const run = options.scenario === 'large' ? runLargeResults : runLookupBench;
  const figures = await run({ database, folder, peer: 'missing' in peer ? undefined : peer, tell }, options);
  if (options.json !== undefined) {
    writeFileSync(
      options.json,
      `${JSON.stringify({ machine, database: database.version, options, ...figures }, undefined, 2)}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
