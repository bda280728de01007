// Measures the path to PostgreSQL alone: a single-row indexed lookup through our source against a plain `pg.Pool` of 8,
// in alternating rounds of the same process. Prints CPU per call (less that of the loop that makes the calls), calls per
// second, and their ratios.
//
// npm run bench:postgres -- postgres://user:password@host:port/database
import { systemClock } from '../server/src/base/clock.ts';
import { createHttpClient } from '../server/src/base/http-client.ts';
import { Pool } from 'pg';
import type { SqlSource } from '../server/src/catalog/source.ts';
import { postgresSource } from '../server/src/kinds/postgres/postgres-source.ts';
import { runContext } from '../test/support/run-context.ts';

const rows = 100_000;
const rounds = 5;
const calls_per_round = 20_000;
const statement =
  'SELECT id, airline, flight_number, seats FROM micro_flight WHERE airline = $1 AND flight_number = $2';

type Lookup = (airline: string, flight_number: string) => Promise<number>;

interface Figure {
  readonly cpu_us: number;
  readonly calls_per_s: number;
}

/** The address of a lookup by number, spread over the table. */
function key(index: number): readonly [string, string] {
  const id = (index * 7919) % rows;
  return [`A${id % 50}`, String(Math.floor(id / 50))];
}

async function prepareTable(url: string): Promise<void> {
  const pool = new Pool({ connectionString: url });
  await pool.query(`
    DROP TABLE IF EXISTS micro_flight;
    CREATE TABLE micro_flight (id int, airline text, flight_number text, seats int);
    INSERT INTO micro_flight SELECT id, 'A' || id % 50, (id / 50)::text, 180 FROM generate_series(0, ${rows - 1}) AS id;
    CREATE INDEX ON micro_flight (airline, flight_number);
    ANALYZE micro_flight;`);
  await pool.end();
}

async function measure(lookup: Lookup, concurrency: number): Promise<Figure> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < calls_per_round) {
      const found = await lookup(...key((next += 1)));
      if (found !== 1) throw new Error(`Expected one row, got ${found}`);
      // As under a server: the next call comes from an event of its own.
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
  };
  const cpu = process.cpuUsage();
  const started = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const elapsed_ms = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { cpu_us: (user + system) / calls_per_round, calls_per_s: (calls_per_round / elapsed_ms) * 1_000 };
}

function openOurs(url: URL): { source: SqlSource; lookup: Lookup } {
  const quiet = { debug() {}, info() {}, warn: console.warn, error: console.error };
  const config = postgresSource.fields.parse({
    host: url.hostname,
    port: url.port,
    database: url.pathname.slice(1),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  });
  const source = postgresSource.open('bench', config, {
    log: quiet,
    clock: systemClock,
    http: createHttpClient({ allowed_private: [] }),
    base_folder: '.',
  }) as SqlSource;
  const parameter = { type: 'string', description: '', required: true } as const;
  const parameters = [
    { ...parameter, name: 'airline' },
    { ...parameter, name: 'flight_number' },
  ];
  const prepared = source.prepare({ text: statement, parameters, read_only: true });
  const limits = { rows: 1_000, bytes: 1024 * 1024 };
  const lookup: Lookup = async (...values) => {
    const result = await prepared.run(values, runContext({ limits }));
    return result.rows.length;
  };
  return { source, lookup };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function compare(theirs: Lookup, ours: Lookup, concurrency: number): Promise<void> {
  const figures = { theirs: [] as Figure[], ours: [] as Figure[], loop: [] as Figure[] };
  for (let round = 0; round < rounds; round += 1) {
    figures.theirs.push(await measure(theirs, concurrency));
    figures.ours.push(await measure(ours, concurrency));
    figures.loop.push(await measure(() => Promise.resolve(1), concurrency));
  }
  const loop = median(figures.loop.map((f) => f.cpu_us));
  const cpu = {
    theirs: median(figures.theirs.map((f) => f.cpu_us)) - loop,
    ours: median(figures.ours.map((f) => f.cpu_us)) - loop,
  };
  const speed = {
    theirs: median(figures.theirs.map((f) => f.calls_per_s)),
    ours: median(figures.ours.map((f) => f.calls_per_s)),
  };
  console.log(
    `${String(concurrency).padStart(3)} at once: CPU per call ${cpu.theirs.toFixed(1)} µs (pg.Pool) ${cpu.ours.toFixed(1)} µs (ours) = ${(cpu.theirs / cpu.ours).toFixed(2)}x less; ` +
      `calls/s ${speed.theirs.toFixed(0)} and ${speed.ours.toFixed(0)} = ${(speed.ours / speed.theirs).toFixed(2)}x`,
  );
}

const address = process.argv[2];
if (address === undefined)
  throw new Error('Usage: npm run bench:postgres -- postgres://user:password@host:port/database');
await prepareTable(address);
const pool = new Pool({ connectionString: address, max: 8 });
const viaPool: Lookup = async (...values) =>
  (await pool.query({ name: 'lookup', text: statement, values })).rows.length;
const { source, lookup } = openOurs(new URL(address));
await measure(viaPool, 16);
await measure(lookup, 16);
for (const concurrency of [1, 16, 64]) await compare(viaPool, lookup, concurrency);
await source.close();
await pool.end();
