// Brings the database up to this version: numbered SQL files, in order, each in one transaction, once. The same files run
// on both forms. Works as the connecting user, outside any scope; nothing else in the product does, but partitions.ts.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import type { Pool, PoolClient } from 'pg';
import { ToolcribError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { asStoreError } from './database-errors.ts';

export interface Migration {
  readonly number: number;
  /** File name without its ending: `0001-tenants-and-audit`. */
  readonly name: string;
  readonly text: string;
}

/** Names what the advisory lock protects: our schema of one database. */
const lockKey = 7_305_808;

/** The migrations that come with this version. */
export function readMigrations(folder = new URL('./migrations/', import.meta.url)): readonly Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => ({
      number: Number.parseInt(file, 10),
      name: file.replace(/\.sql$/, ''),
      text: readFileSync(new URL(file, folder), 'utf8'),
    }));
}

/** Applies what is missing and returns the names of it. Throws `migration_failed` or `database_unavailable`. */
export async function migrate(
  deps: { readonly pool: Pool; readonly log: Log },
  migrations: readonly Migration[] = readMigrations(),
): Promise<readonly string[]> {
  const rolesText = readFileSync(new URL('./roles.sql', import.meta.url), 'utf8');
  await step('roles', () => asOwner(deps.pool, (client) => prepare(client, rolesText)));
  const applied: string[] = [];
  for (const migration of migrations) {
    if (await step(migration.name, () => asOwner(deps.pool, (client) => apply(client, migration)))) {
      deps.log.info('migration-applied', { migration: migration.name });
      applied.push(migration.name);
    }
  }
  return applied;
}

/** One transaction as the connecting user, alone among all processes that migrate. */
export async function asOwner<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let done = false;
  try {
    await client.query(
      `begin; select set_config('search_path', 'toolcrib, pg_temp', true); select pg_advisory_xact_lock(${lockKey})`,
    );
    const result = await work(client);
    await client.query('commit');
    done = true;
    return result;
  } finally {
    // A connection on which a migration failed is dropped, and the transaction with it.
    client.release(!done);
  }
}

async function prepare(client: PoolClient, rolesText: string): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('toolcrib.migration') is not null as there`,
  );
  if (rows[0]?.there !== true) {
    // The table of migrations belongs to no tenant: nobody but its owner is granted anything on it.
    await client.query(`
      create schema if not exists toolcrib;
      create table toolcrib.migration (
        number integer primary key,
        name text not null,
        checksum text not null,
        applied_at timestamptz not null default now()
      );
      alter table toolcrib.migration enable row level security, force row level security;
      create policy owner_only on toolcrib.migration using (true);
    `);
  }
  await client.query(rolesText);
}

/** Whether the migration was applied just now. */
async function apply(client: PoolClient, migration: Migration): Promise<boolean> {
  const checksum = createHash('sha256').update(migration.text).digest('hex');
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from migration where number = $1',
    [migration.number],
  );
  const [known] = rows;
  if (known !== undefined && known.checksum !== checksum) {
    throw new ToolcribError('migration_failed', {
      params: { migration: migration.name },
      cause: new Error(`It was applied as ${known.name} with another text; applied migrations are never changed`),
    });
  }
  if (known !== undefined) return false;
  await client.query(migration.text);
  await client.query('insert into migration (number, name, checksum) values ($1, $2, $3)', [
    migration.number,
    migration.name,
    checksum,
  ]);
  return true;
}

async function step<T>(migration: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = asStoreError(thrown);
    if (error instanceof ToolcribError) throw error;
    throw new ToolcribError('migration_failed', { params: { migration }, cause: error });
  }
}
