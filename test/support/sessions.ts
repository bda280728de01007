// A browser's session for a test that needs no browser: what the cookie holds.
import { systemClock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { createLog } from '../../server/src/base/log.ts';
import { startSession } from '../../server/src/identity/sessions.ts';
import { openStore } from '../../server/src/store/store.ts';

/** Signs the person in on the server's own PostgreSQL. */
export async function makeSession(
  database_url: string,
  person: { readonly tenant_id: string; readonly user_id: string },
): Promise<string> {
  const store = await openStore({ url: database_url, clock: systemClock, log: createLog({ level: 'silent' }) });
  try {
    const { text } = await startSession({ store, clock: systemClock, ids: randomIds }, { ...person, via: 'password' });
    return text;
  } finally {
    await store.close();
  }
}
