// What lies on the disk: no plaintext and no key, in either form of the database; and nothing sealed with a key that a crash
// can take away.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { randomIds } from '../../server/src/base/ids.ts';
import type { MasterKeys } from '../../server/src/credentials/vault/master-keys.ts';
import { readSecrets, writeSecrets } from '../../server/src/credentials/vault/secrets.ts';
import { setVariable } from '../../server/src/credentials/variables.ts';
import { systemClock } from '../../server/src/base/clock.ts';
import { createLog } from '../../server/src/base/log.ts';
import { openStore } from '../../server/src/store/store.ts';
import type { Store } from '../../server/src/store/store.ts';
import { createDatabase } from '../support/postgres.ts';
import { addTenant, embeddedHome, storeForms } from '../support/stores.ts';
import { newMasterKey, openTestVault, testMasterKeys } from '../support/test-vault.ts';
import { verifies } from '../support/verifies.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Every file below the folder as one text of bytes. */
function filesOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'))
    .join('\n');
}

/** Writes secrets in every way; gives what must not be found, and what shows that the search finds things. */
async function plant(store: Store) {
  const key = newMasterKey();
  const vault = openTestVault(store, await testMasterKeys([key]));
  const { tenant_id, user_id } = await addTenant(store, 'acme');
  const opened = await vault.of(tenant_id);
  const mark = `planted${randomIds.uuid().slice(-8)}`;
  await store.inTenant(tenant_id, (db) =>
    writeSecrets(db, opened, { record_id: randomIds.uuid(), fields: { token: `${mark}-token` } }),
  );
  const deps = { store, vault, clock: systemClock, ids: randomIds };
  await setVariable(deps, 'operator', { tenant_id, user_id, name: `NAME_${mark}`, value: `value-${mark}-value` });
  const digest = opened.digest(`${mark}-digest`);
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  return { secrets: [`${mark}-token`, `value-${mark}`, key.bytes.toString('latin1')], shown: `NAME_${mark}` };
}

describe('a dump holds no plaintext and no master key', () => {
  const log = createLog({ level: 'silent' });

  test('embedded', async () => {
    verifies('CRD-06');
    const home = await embeddedHome();
    closers.push(() => home.remove());
    const store = await home.open();
    const { secrets, shown } = await plant(store);
    await store.close();
    const files = filesOf(home.options.folder ?? '');
    expect(files).toContain(shown);
    for (const secret of secrets) expect(files.includes(secret)).toBe(false);
  });

  test('postgres: tables, indexes and write-ahead log', async () => {
    verifies('CRD-06');
    const database = await createDatabase();
    closers.push(() => database.drop());
    const store = await openStore({ url: database.url, clock: systemClock, log });
    closers.push(() => store.close());
    const { secrets, shown } = await plant(store);
    const client = new Client({ connectionString: database.superuser_url });
    await client.connect();
    await client.query('checkpoint');
    const { rows } = await client.query<{ folder: string; oid: string }>(
      `select current_setting('data_directory') as folder, oid::text from pg_database where datname = current_database()`,
    );
    await client.end();
    const { folder = '', oid = '' } = rows[0] ?? {};
    const files = filesOf(join(folder, 'base', oid)) + filesOf(join(folder, 'pg_wal'));
    expect(files).toContain(shown);
    for (const secret of secrets) expect(files.includes(secret)).toBe(false);
  });
});

describe.each(storeForms)('a crash before the key of a tenant is committed, on %s', (_, makeHome) => {
  test('leaves nothing that is sealed with it', async () => {
    verifies('CRD-06');
    const home = await makeHome();
    closers.push(() => home.remove());
    const store = await home.open();
    closers.push(() => store.close());
    const { tenant_id } = await addTenant(store, 'acme');
    const master = await testMasterKeys();
    const events: string[] = [];
    const watched: MasterKeys = {
      ...master,
      wrap: async (context, key) => {
        events.push('wrapped');
        return master.wrap(context, key);
      },
      unwrap: async (context, wrapped) => {
        const { rows } = await committed(store, tenant_id);
        events.push(`unwrapped with ${rows} committed`);
        return master.unwrap(context, wrapped);
      },
    };
    // The process ends between making the key and its commit: the transaction never ends.
    const crashing: Store = {
      ...store,
      inTenant: async (id, work) =>
        store.inTenant(id, async (db) => {
          const result = await work(db);
          if (events.includes('wrapped')) throw new Error('The process is gone');
          return result;
        }),
    };
    await expect(Promise.resolve(openTestVault(crashing, watched).of(tenant_id))).rejects.toThrow(
      'The process is gone',
    );
    // Nobody was given a vault, so nothing could be sealed; and nothing is left of the key.
    expect(events).toEqual(['wrapped']);
    expect((await committed(store, tenant_id)).rows).toBe(0);

    const vault = await openTestVault(store, watched).of(tenant_id);
    expect(events).toEqual(['wrapped', 'wrapped', 'unwrapped with 1 committed']);
    const record_id = randomIds.uuid();
    await store.inTenant(tenant_id, (db) => writeSecrets(db, vault, { record_id, fields: { token: 'kept' } }));
    const again = await openTestVault(store, master).of(tenant_id);
    expect(await store.inTenant(tenant_id, (db) => readSecrets(db, again, record_id))).toEqual({ token: 'kept' });
  });
});

async function committed(store: Store, tenant_id: string): Promise<{ readonly rows: number }> {
  const keys = await store.inTenant(tenant_id, (db) =>
    db.selectFrom('data_key').select('id').where('tenant_id', '=', tenant_id).execute(),
  );
  return { rows: keys.length };
}
