// Whether the person has said no to the same thing before: then they are not asked again for a while.
import type { Database } from '../store/scope.ts';

export interface AskedBefore {
  readonly tenant_id: string;
  /** What was asked, of whom (interaction-row.ts). */
  readonly subject_hash: Buffer;
  /** A no counts from then on. */
  readonly since: Date;
}

export async function wasDenied(db: Database, { tenant_id, subject_hash, since }: AskedBefore): Promise<boolean> {
  const denied = await db
    .selectFrom('interaction')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('subject_hash', '=', subject_hash)
    .where('status', '=', 'denied')
    .where('resolved_at', '>', since)
    .limit(1)
    .executeTakeFirst();
  return denied !== undefined;
}
