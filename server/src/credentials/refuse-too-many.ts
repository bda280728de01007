// The bound on the credentials of one person, whichever way they are made.
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Principal } from '../identity/principal.ts';
import type { Database } from '../store/scope.ts';

/** Throws `conflict`. */
export async function refuseTooMany(db: Database, { tenant_id, user_id }: Principal): Promise<void> {
  const { count } = await db
    .selectFrom('credential')
    .select((select) => select.fn.countAll<string>().as('count'))
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .executeTakeFirstOrThrow();
  if (Number(count) < limits.credentials_per_person) return;
  const problem = `You have ${limits.credentials_per_person} credentials, which is the most that one person can have`;
  throw new ToolcribError('conflict', { params: { problem } });
}
