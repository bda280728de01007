// The real PostgreSQL of a run, as the benchmark uses it: databases by name, and the process whose CPU is counted.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { execute, startPostgres } from '../test/support/postgres.ts';

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

export interface NewDatabase {
  /** As its owner, who is no superuser. */
  readonly owner: DatabaseAddress;
  /** The same database as the superuser, whom row-level security does not bind: for counting. */
  readonly superuser_url: string;
}

export interface Database extends AsyncDisposable {
  /** The process that all others of the server are children of. */
  readonly pid: number;
  readonly version: string;
  /** A new empty database of its own, whoever else has taken that name. */
  create(name: string): Promise<NewDatabase>;
}

export function databaseUrl({ user, password, host, port, database }: DatabaseAddress): string {
  return `postgres://${user}:${password}@${host}:${port}/${database}`;
}

/** Starts a private server with fsync on; it is deleted at the end. */
export async function startDatabase(): Promise<Database> {
  const server = await startPostgres();
  const owner = new URL(server.url);
  let databases = 0;
  return {
    pid: Number(readFileSync(join(server.data_folder, 'postmaster.pid'), 'utf8').split('\n')[0]),
    version: await versionOf(server.superuser_url),
    create: async (name) => {
      const database = `${name}_${(databases += 1)}`;
      await execute(server.superuser_url, `CREATE DATABASE ${database} OWNER ${owner.username}`);
      const superuser_url = new URL(server.superuser_url);
      superuser_url.pathname = `/${database}`;
      const { hostname: host, port, username: user, password } = owner;
      return { owner: { host, port: Number(port), database, user, password }, superuser_url: superuser_url.href };
    },
    [Symbol.asyncDispose]: () => server.remove(),
  };
}

async function versionOf(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return `PostgreSQL ${rows[0]?.server_version}`;
  } finally {
    await client.end();
  }
}
