// What goes with a row by a cascade takes along what triggers look after, whatever role the database runs them in: seen on
// PostgreSQL 15 and 18 (TEST_POSTGRES_FOLDER).
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomIds } from '../../server/src/base/ids.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addTenant, storeForms } from '../support/stores.ts';
import type { StoreHome, TestTenant } from '../support/stores.ts';

describe.each(storeForms)('%s', (_form, makeHome) => {
  let home: StoreHome;
  let store: Store;
  let tenant: TestTenant;

  beforeAll(async () => {
    home = await makeHome();
    store = await home.open();
    tenant = await addTenant(store, 'acme');
  });
  afterAll(async () => {
    await store.close();
    await home.remove();
  });

  test('a member takes along their variables, the values of these, and what was remembered of them', async () => {
    const { tenant_id, user_id } = tenant;
    const variable_id = randomIds.uuid();
    const epoch = () =>
      store.inTenant(tenant_id, async (db) => {
        const row = await db.selectFrom('tenant').select('credential_epoch').executeTakeFirstOrThrow();
        return BigInt(row.credential_epoch);
      });
    await store.inTenant(tenant_id, async (db) => {
      await sql`insert into variable (tenant_id, id, name, user_id, created_at, updated_at)
        values (${tenant_id}, ${variable_id}, 'TOKEN', ${user_id}, now(), now())`.execute(db);
      await sql`insert into secret (tenant_id, record_id, field, sealed)
        values (${tenant_id}, ${variable_id}, 'value', 'x')`.execute(db);
    });
    const before = await epoch();
    await store.inTenant(tenant_id, (db) =>
      db.deleteFrom('member').where('tenant_id', '=', tenant_id).where('user_id', '=', user_id).execute(),
    );
    const left = await store.inTenant(tenant_id, async (db) => ({
      variables: await db.selectFrom('variable').select('id').where('id', '=', variable_id).execute(),
      secrets: await db.selectFrom('secret').select('field').where('record_id', '=', variable_id).execute(),
    }));
    expect(left).toEqual({ variables: [], secrets: [] });
    expect(await epoch()).toBeGreaterThan(before);
  });
});
