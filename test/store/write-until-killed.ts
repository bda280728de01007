// A process for the crash tests: opens the embedded store in a folder, adds workspaces to a tenant, and prints the slug
// of each one after its transaction has ended.
import { writeSync } from 'node:fs';
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { openStore } from '../../server/src/store/store.ts';

const [folder = '', tenant_id = ''] = process.argv.slice(2);
const store = await openStore({ folder, clock: systemClock, log: createLog({ level: 'warn' }) });
for (;;) {
  const slug = randomIds.uuid();
  await store.inTenant(tenant_id, (db) =>
    db.insertInto('workspace').values({ tenant_id, id: randomIds.uuid(), slug }).execute(),
  );
  writeSync(1, `${slug}\n`);
}
