// A database with many tenants, their people and their credentials, as it is after years of use: written in bulk, but
// sealed by the real vault, so that a real server works with it.
import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { systemClock } from '../server/src/base/clock.ts';
import { randomIds } from '../server/src/base/ids.ts';
import { createLog } from '../server/src/base/log.ts';
import { createVault } from '../server/src/credentials/vault/create-vault.ts';
import { openMasterKeys } from '../server/src/credentials/vault/open-master-keys.ts';
import type { TenantVault } from '../server/src/credentials/vault/vault.ts';
import { makeToken } from '../server/src/identity/token-text.ts';
import { openStore } from '../server/src/store/store.ts';
import { databaseUrl } from './database.ts';
import type { NewDatabase } from './database.ts';

export interface WorldSize {
  readonly tenants: number;
  readonly users_per_tenant: number;
  /** Of all tenants together; every tenth is shared, the others belong to one person each. */
  readonly credentials: number;
  /** People who call; each has a key, and an account that fits. */
  readonly callers: number;
}

/** Somebody who calls, and the token with which their calls must arrive at the service. */
export interface WorldCaller {
  readonly key: string;
  readonly token: string;
}

/** Which kind of account the credentials are of. */
export const system = 'crm';

/** Fills an empty database. The server must be started with the same master key. */
export async function makeWorld(
  database: NewDatabase,
  size: WorldSize,
  master_key: string,
): Promise<readonly WorldCaller[]> {
  const log = createLog({ level: 'silent' });
  const store = await openStore({ url: databaseUrl(database.owner), clock: systemClock, log });
  const client = new Client({ connectionString: database.superuser_url });
  await client.connect();
  try {
    await client.query('set search_path to toolcrib, public');
    const tenants = Array.from({ length: size.tenants }, () => randomIds.uuid());
    await insertPeople(client, tenants, size);
    const { master } = await openMasterKeys(
      { store, log },
      { mode: 'production', data_folder: '', vault_key_file: undefined, vault_keys: [master_key] },
    );
    const vault = createVault({ store, clock: systemClock, ids: randomIds, log, master });
    const vaults = new Map<string, TenantVault>();
    for (const part of chunks(tenants, 8)) {
      await Promise.all(part.map(async (tenant_id) => vaults.set(tenant_id, await vault.of(tenant_id))));
    }
    const callers = await insertCredentials(client, { tenants, size, vaults });
    await client.query('analyze');
    return callers;
  } finally {
    await client.end();
    await store.close();
  }
}

/** Ids of people follow from their numbers, so that they need not be kept. */
function personId(tenant: number, person: number): string {
  const hex = createHash('sha256').update(`${tenant} ${person}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function insertPeople(client: Client, tenants: readonly string[], size: WorldSize): Promise<void> {
  await insert(
    client,
    'tenant (id, slug, name)',
    tenants.map((id, tenant) => [id, `tenant-${tenant}`, `Tenant ${tenant}`]),
  );
  await insert(
    client,
    'workspace (tenant_id, id, slug, name)',
    tenants.map((tenant_id) => [tenant_id, randomIds.uuid(), 'main', 'Main']),
  );
  const people = tenants.flatMap((tenant_id, tenant) =>
    Array.from({ length: size.users_per_tenant }, (_, person) => ({
      tenant_id,
      user_id: personId(tenant, person),
      email: `person-${person}@tenant-${tenant}.example`,
    })),
  );
  await insert(
    client,
    'app_user (id, email, name)',
    people.map(({ user_id, email }) => [user_id, email, email]),
  );
  await insert(
    client,
    'member (tenant_id, user_id, role)',
    people.map(({ tenant_id, user_id }) => [tenant_id, user_id, 'member']),
  );
}

interface Credentials {
  readonly tenants: readonly string[];
  readonly size: WorldSize;
  readonly vaults: ReadonlyMap<string, TenantVault>;
}

async function insertCredentials(client: Client, { tenants, size, vaults }: Credentials) {
  const now = new Date().toISOString();
  const rows: string[][] = [];
  const secrets: string[][] = [];
  const keys: string[][] = [];
  const callers: WorldCaller[] = [];
  const seen = new Set<string>();
  for (let index = 0; index < size.credentials; index += 1) {
    const tenant = index % tenants.length;
    const tenant_id = tenants[tenant] ?? '';
    const person = Math.floor(index / tenants.length) % size.users_per_tenant;
    const user_id = personId(tenant, person);
    const id = randomIds.uuid();
    const token = `token-${index}-${'x'.repeat(32)}`;
    // The first credential of a person is theirs alone, so that it is what their calls use.
    const is_shared = seen.has(user_id);
    rows.push([
      tenant_id,
      id,
      `account ${index}`,
      system,
      'token',
      is_shared ? 'shared' : 'private',
      user_id,
      'ok',
      now,
      now,
    ]);
    const sealed = vaults.get(tenant_id)?.seal({ record_id: id, field: 'token' }, token) ?? Buffer.alloc(0);
    secrets.push([tenant_id, id, 'token', `\\x${sealed.toString('hex')}`]);
    if (!is_shared && callers.length < size.callers) {
      const { text, beginning } = makeToken('tc', tenant_id);
      const hash = createHash('sha256').update(text).digest('hex');
      keys.push([
        tenant_id,
        randomIds.uuid(),
        user_id,
        'bench',
        beginning,
        `\\x${hash}`,
        '{tools.use,credentials.use}',
      ]);
      callers.push({ key: text, token });
    }
    seen.add(user_id);
  }
  const columns = 'tenant_id, id, name, system, strategy, scope, user_id, status, created_at, updated_at';
  await insert(client, `credential (${columns})`, rows);
  await insert(client, 'secret (tenant_id, record_id, field, sealed)', secrets);
  await insert(client, 'api_key (tenant_id, id, user_id, name, prefix, key_hash, scopes)', keys);
  return callers;
}

/** Rows of texts that hold no comma, quote or line break inside but those of arrays. */
async function insert(client: Client, target: string, rows: readonly (readonly string[])[]): Promise<void> {
  const [table = '', list = ''] = target.split(/ \(|\)/);
  const columns = list.split(', ');
  const types = await columnTypes(client, table, columns);
  for (const part of chunks(rows, 10_000)) {
    const lists = columns.map((_, column) => part.map((row) => row[column] ?? null));
    const casts = columns.map((_, column) => `$${column + 1}::text[]`).join(', ');
    const names = columns.map((column) => `${column}_`).join(', ');
    const values = columns.map((column, index) => `${column}_::${types[index]}`).join(', ');
    await client.query(`insert into ${target} select ${values} from unnest(${casts}) as t (${names})`, lists);
  }
}

async function columnTypes(client: Client, table: string, columns: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ attname: string; type: string }>(
    `select attname, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass`,
    [`toolcrib.${table}`],
  );
  return columns.map((column) => rows.find(({ attname }) => attname === column)?.type ?? 'text');
}

function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
