// A connection of the superuser that watches a database: who is connected to it, and what they do.
import { Client } from 'pg';

export interface Observer extends AsyncDisposable {
  /** What the connections of that user call themselves, one entry per connection. */
  connectionsOf(user: string): Promise<readonly string[]>;
  /** How many statements sleep just now. */
  sleeping(): Promise<number>;
}

export async function observe(superuser_url: string): Promise<Observer> {
  const client = new Client({ connectionString: superuser_url });
  await client.connect();
  return {
    connectionsOf: async (user) => {
      const { rows } = await client.query<{ application_name: string }>(
        'SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND usename = $1',
        [user],
      );
      return rows.map(({ application_name }) => application_name);
    },
    sleeping: async () => {
      const { rows } = await client.query<{ count: string }>(
        `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
      );
      return Number(rows[0]?.count);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
