// Everything that the database holds of one tenant, whatever tables there are: asked of the catalogue, as the superuser.
import { Client } from 'pg';

export interface TenantRows {
  /** By table: every row as JSON text, sorted. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
  /** Ids of rows, by table: what an attacker could put into a path. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
}

/** What changes by mere use. */
const volatile = ['last_used_at', 'last_seen_at', 'credential_epoch'];

/** Reads every table that has the column tenant_id. Partitions are read through their table. */
export async function tenantRows(superuser_url: string, tenant_id: string): Promise<TenantRows> {
  const client = new Client({ connectionString: superuser_url });
  await client.connect();
  try {
    await client.query("set search_path to toolcrib, public; set timezone to 'UTC'");
    const { rows: tables } = await client.query<{ name: string; has_id: boolean }>(`
      select c.relname as name,
        exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'id') as has_id
      from pg_class c join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id'
      where c.relnamespace = 'toolcrib'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      order by 1`);
    const rows = new Map<string, readonly string[]>();
    const ids = new Map<string, readonly string[]>();
    for (const { name, has_id } of tables) {
      const found = await client.query<{ row: string; id: string | null }>(
        `select (to_jsonb(t) - $2::text[])::text as row, ${has_id ? 'id::text' : 'null'} as id
         from ${name} t where tenant_id = $1`,
        [tenant_id, volatile],
      );
      rows.set(name, found.rows.map(({ row }) => row).toSorted());
      ids.set(
        name,
        found.rows.flatMap(({ id }) => id ?? []),
      );
    }
    return { rows, ids };
  } finally {
    await client.end();
  }
}
