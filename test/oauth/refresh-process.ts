// A process of its own that renews grants as a server does: for tests of several processes, and of one that is killed.
// Reads one line of JSON for each order, and answers with one when it is done.
import { createInterface } from 'node:readline';
import { systemClock } from '../../server/src/base/clock.ts';
import { createLog } from '../../server/src/base/log.ts';
import { openStore } from '../../server/src/store/store.ts';
import { openGrantOffice } from '../support/grant-office.ts';
import type { RefreshAnswer, RefreshOrder, RefreshProcessOptions } from './spawn-refresher.ts';

const { url, ...options } = JSON.parse(process.argv[2] ?? '') as RefreshProcessOptions;
const store = await openStore({ url, clock: systemClock, log: createLog({ level: 'silent' }) });
const office = await openGrantOffice({ store, ...options });

async function renewOnce({ tenant_id, credential_id, refused_version }: RefreshOrder): Promise<string> {
  const wanted = refused_version === undefined ? {} : { refused_version };
  try {
    const is_there = await office.keeper.renew({ tenant_id, credential_id, ...wanted });
    return is_there ? ((await office.tokenOf(tenant_id, credential_id)) ?? 'none') : 'over';
  } catch (thrown) {
    return `error ${String(Reflect.get(thrown as object, 'code'))}`;
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const order = JSON.parse(line) as RefreshOrder;
    void Promise.all(Array.from({ length: order.times }, () => renewOnce(order))).then((results) => {
      const answer: RefreshAnswer = { id: order.id, results };
      process.stdout.write(`${JSON.stringify(answer)}\n`);
    });
  })
  .once('close', () => process.exit(0));
process.stdout.write(`${JSON.stringify({ id: 0, results: [] })}\n`);
