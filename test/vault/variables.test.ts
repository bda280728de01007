// Secret variables below the surfaces: what goes with a member, what row-level security holds, what is remembered.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from 'kysely';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createVariableReader } from '../../server/src/credentials/variable-reader.ts';
import type { VariablesOf } from '../../server/src/credentials/variable-reader.ts';
import { deleteVariable, setVariable } from '../../server/src/credentials/variables.ts';
import type { VariableDeps } from '../../server/src/credentials/variables.ts';
import { createMember } from '../../server/src/identity/members.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addTenant, storeForms } from '../support/stores.ts';
import type { StoreHome, TestTenant } from '../support/stores.ts';
import { openTestVault, testMasterKeys } from '../support/test-vault.ts';
import { verifies } from '../support/verifies.ts';

describe.each(storeForms)('on %s', (_, makeHome) => {
  let home: StoreHome;
  let store: Store;
  let deps: VariableDeps;
  let acme: TestTenant;
  let other: TestTenant;
  let variablesOf: VariablesOf;

  beforeAll(async () => {
    home = await makeHome();
    store = await home.open();
    [acme, other] = [await addTenant(store, 'acme'), await addTenant(store, 'other')];
    const vault = openTestVault(store, await testMasterKeys());
    deps = { store, vault, clock: systemClock, ids: randomIds };
    variablesOf = createVariableReader(deps);
  });
  afterAll(async () => {
    await store.close();
    await home.remove();
  });

  async function epochOf(tenant_id: string): Promise<string> {
    const { credential_epoch } = await store.inTenant(tenant_id, (db) =>
      db.selectFrom('tenant').select('credential_epoch').executeTakeFirstOrThrow(),
    );
    return credential_epoch;
  }

  async function read({ tenant_id, user_id }: TestTenant): Promise<Record<string, string>> {
    const variables = await variablesOf({ tenant_id, user_id, credential_epoch: await epochOf(tenant_id) });
    return Object.fromEntries(variables);
  }

  const set = (tenant_id: string, user_id: string | null, name: string, value: string) =>
    setVariable(deps, 'operator', { tenant_id, user_id, name, value });

  test("a person's own comes before the tenant's, and nobody's of another tenant", async () => {
    verifies('CRD-08');
    const { tenant_id, user_id } = acme;
    await set(tenant_id, null, 'KEY', 'of the tenant');
    expect(await read(acme)).toEqual({ KEY: 'of the tenant' });
    await set(tenant_id, user_id, 'KEY', 'of the person');
    expect(await read(acme)).toEqual({ KEY: 'of the person' });
    await deleteVariable(deps, 'operator', { tenant_id, user_id, name: 'KEY' });
    expect(await read(acme)).toEqual({ KEY: 'of the tenant' });
    expect(await read(other)).toEqual({});
    // The same person in another tenant is another one.
    expect(await read({ tenant_id: other.tenant_id, user_id })).toEqual({});
  });

  test('values are remembered while the epoch is the same, and read once for many calls', async () => {
    const { tenant_id, user_id } = acme;
    const principal = { tenant_id, user_id, credential_epoch: await epochOf(tenant_id) };
    const reader = createVariableReader(deps);
    const [first, second] = [reader(principal), reader(principal)];
    expect(first).toBe(second);
    const read_once = await first;
    expect(reader(principal)).toBe(read_once);
    await set(tenant_id, user_id, 'NEW', 'value');
    const later = { ...principal, credential_epoch: await epochOf(tenant_id) };
    expect(later.credential_epoch).not.toBe(principal.credential_epoch);
    expect((await reader(later)).get('NEW')).toBe('value');
  });

  test('values go with their variables when a member goes', async () => {
    const { tenant_id } = acme;
    const person = { email: `${randomIds.uuid()}@acme.example`, name: 'Ann', role: 'member' } as const;
    const { user_id } = await createMember(deps, 'operator', { tenant_id, ...person });
    await set(tenant_id, user_id, 'GONE', 'value');
    const count = async (): Promise<number> => {
      const rows = await store.inTenant(tenant_id, (db) => db.selectFrom('secret').select('record_id').execute());
      return rows.length;
    };
    const before = await count();
    await store.inTenant(tenant_id, (db) =>
      db.deleteFrom('member').where('tenant_id', '=', tenant_id).where('user_id', '=', user_id).execute(),
    );
    expect(await count()).toBe(before - 1);
  });

  test('without its condition, a query sees and changes nothing of another tenant', async () => {
    verifies('TEN-02');
    const count = (tenant_id: string, table: string) =>
      store.inTenant(tenant_id, async (db) => {
        const { rows } = await sql<{
          count: number;
        }>`select count(*)::integer as count from ${sql.table(table)}`.execute(db);
        return rows[0]?.count;
      });
    for (const table of ['secret', 'variable', 'data_key']) {
      expect(await count(acme.tenant_id, table)).toBeGreaterThan(0);
      expect(await count(other.tenant_id, table)).toBe(table === 'data_key' ? 1 : 0);
    }
    await store.inTenant(other.tenant_id, (db) => db.deleteFrom('secret').execute());
    expect(await count(acme.tenant_id, 'secret')).toBeGreaterThan(0);
    for (const change of [sql`delete from data_key`, sql`update data_key set master_key_id = 'x'`]) {
      await expect(store.inTenant(acme.tenant_id, (db) => change.execute(db))).rejects.toMatchObject({ code: '42501' });
    }
  });
});
