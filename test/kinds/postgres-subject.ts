// A real PostgreSQL database with planted names, and sources on it.
import { systemClock } from '../../server/src/base/clock.ts';
import { closedNetwork } from '../support/closed-network.ts';
import { Client } from 'pg';
import { inject } from 'vitest';
import type { SqlSource } from '../../server/src/catalog/source.ts';
import { postgresSource } from '../../server/src/kinds/postgres/postgres-source.ts';
import { execute } from '../support/postgres.ts';
import { marker } from './sql-kind-contract.ts';

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

/** A source on the database of this URL. */
export function openPostgres(
  url: string,
  more: Readonly<Record<string, unknown>> = {},
  warn: (event: string) => void = silent,
): SqlSource {
  const { hostname, port, pathname, username, password } = new URL(url);
  const config = { host: hostname, port, database: pathname.slice(1), user: username, password, ...more };
  return postgresSource.open('things', postgresSource.fields.parse(config), {
    log: { ...log, warn },
    clock: systemClock,
    http: closedNetwork,
    base_folder: '.',
  }) as SqlSource;
}

export interface PlantedDatabase {
  /** URL of the database's owner, who is no superuser. */
  readonly url: string;
  /** Runs a statement as superuser in the database. */
  query<Row>(text: string): Promise<readonly Row[]>;
  /** Statements of our sources that the database is running now. */
  running(): Promise<number>;
  remove(): Promise<void>;
}

let created = 0;

/** A database with the table `thing`, where every name carries the marker. */
export async function createPlantedDatabase(server_url = inject('postgres').superuser_url): Promise<PlantedDatabase> {
  created += 1;
  const name = `${marker}_${process.pid}_${created}`;
  await execute(server_url, `CREATE ROLE ${name} LOGIN PASSWORD '${name}'`);
  await execute(server_url, `CREATE DATABASE ${name} OWNER ${name}`);
  const mine = new URL(server_url);
  mine.pathname = `/${name}`;
  let client = await connect(mine.href);
  await client.query(`SET ROLE ${name}; CREATE TABLE thing (id serial primary key, name text unique); RESET ROLE`);
  const owner = new URL(mine);
  owner.username = name;
  owner.password = name;
  const query = async <Row>(text: string): Promise<readonly Row[]> => {
    // The server may have been restarted since.
    client = await client.query('SELECT').then(
      () => client,
      () => connect(mine.href),
    );
    return (await client.query(text)).rows as Row[];
  };
  return {
    url: owner.href,
    query,
    running: async () => {
      const rows = await query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = '${name}' AND state = 'active'`,
      );
      return rows[0]?.n ?? -1;
    },
    remove: async () => {
      await client.end();
      await execute(server_url, `DROP DATABASE ${name} WITH (FORCE)`);
      await execute(server_url, `DROP ROLE ${name}`);
    },
  };
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', silent);
  await client.connect();
  return client;
}
