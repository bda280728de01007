// A process for the test of several writers: appends calls and changes of many tenants, and prints the id of each call
// after it was acknowledged.
import { writeSync } from 'node:fs';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { createAuditWriter } from '../../server/src/ledger/audit.ts';
import { recordChange } from '../../server/src/ledger/changes.ts';
import { openStore } from '../../server/src/store/store.ts';
import { callOf } from '../support/audit-chain.ts';

const [url = '', ...tenants] = process.argv.slice(2);
const deps = { clock: systemClock, log: createLog({ level: 'warn' }) };
const store = await openStore({ url, ...deps });
const writer = createAuditWriter({ store, durability: 'before_answer', ...deps });

async function makeCalls(first: number): Promise<never> {
  for (let turn = first; ; turn += 7) {
    const record = callOf(tenants[turn % tenants.length] ?? '');
    const reserved = writer.reserve();
    if (reserved !== undefined) await reserved;
    await writer.append(record);
    writeSync(1, `${record.id}\n`);
  }
}

async function makeChanges(first: number): Promise<never> {
  for (let turn = first; ; turn += 3) {
    const tenant_id = tenants[turn % tenants.length] ?? '';
    const change = { tenant_id, actor: 'operator', action: 'key-created', target_id: tenant_id } as const;
    await store.inTenant(tenant_id, async (db) => {
      await recordChange(db, { clock: systemClock, ids: randomIds }, change);
      await recordChange(db, { clock: systemClock, ids: randomIds }, { ...change, action: 'key-revoked' });
    });
  }
}

await Promise.all([
  ...Array.from({ length: 40 }, (_, index) => makeCalls(index)),
  ...Array.from({ length: 3 }, (_, index) => makeChanges(index)),
]);
