// What a tenant has set for packs, remembered as long as nothing changes: a slow read must not bring back what was taken away.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { PackSettingsReader } from '../../server/src/packs/pack-settings.ts';
import { setEnabled } from '../../server/src/packs/setting-store.ts';
import type { Store } from '../../server/src/store/store.ts';
import { addTenant, embeddedHome } from '../support/stores.ts';
import type { StoreHome, TestTenant } from '../support/stores.ts';

let home: StoreHome;
let store: Store;
let tenant: TestTenant;

beforeAll(async () => {
  home = await embeddedHome();
  store = await home.open();
  tenant = await addTenant(store, 'acme');
});
afterAll(async () => {
  await store.close();
  await home.remove();
});

const turn = (enabled: boolean) => {
  const { tenant_id } = tenant;
  const deps = { store, clock: systemClock, ids: randomIds };
  return setEnabled(deps, 'server', { tenant_id, code: 'chat', enabled });
};

test('a read that began before a change and ends after it is forgotten', async () => {
  await turn(true);
  const held = Promise.withResolvers<void>();
  const read = Promise.withResolvers<void>();
  let is_first = true;
  const slow: Store = {
    ...store,
    inTenant: async (tenant_id, work) => {
      const was_first = is_first;
      is_first = false;
      const answer = await store.inTenant(tenant_id, work);
      if (was_first) {
        read.resolve();
        await held.promise;
      }
      return answer;
    },
  };
  const reader = new PackSettingsReader({
    store: slow,
    environment: () => undefined,
    system: { current: () => new Map() },
  });
  const early = reader.rowsOf(tenant.tenant_id, '1');
  await read.promise;
  await turn(false);
  const [now] = await reader.rowsOf(tenant.tenant_id, '2');
  expect(now?.enabled).toBe(false);
  held.resolve();
  expect((await early)[0]?.enabled).toBe(false);
  expect((await reader.rowsForCall(tenant.tenant_id))[0]?.enabled).toBe(false);
});
