// A tenant always has an owner: the rows of its owners are locked before one of them is changed or removed, so that of two
// requests at the same time the second sees what the first has done.
import { ToolcribError } from '../base/errors.ts';
import type { Database } from '../store/scope.ts';

/** Locks the owners until the transaction ends, and tells who they are; the one who has been a member longest first. */
export async function lockOwners(db: Database, tenant_id: string): Promise<readonly string[]> {
  const owners = await db
    .selectFrom('member')
    .select(['user_id', 'created_at'])
    .where('tenant_id', '=', tenant_id)
    .where('role', '=', 'owner')
    .orderBy('user_id')
    .forUpdate()
    .execute();
  return owners
    .toSorted((one, other) => one.created_at.getTime() - other.created_at.getTime())
    .map(({ user_id }) => user_id);
}

/** Throws `conflict` when there would be no owner without this one. */
export function refuseLastOwner(owners: readonly string[], user_id: string): void {
  if (owners.length === 1 && owners[0] === user_id) {
    throw new ToolcribError('conflict', {
      params: { problem: 'This is the last owner; make somebody else an owner first' },
    });
  }
}
