// Whether a member has taken possession of their account. Until then whoever manages members may hand them keys and
// invitations; from then on nobody but themselves comes in as them, or private credentials would be an admin's to use.
import { sql } from 'kysely';
import { ToolcribError } from '../base/errors.ts';
import type { Database } from '../store/scope.ts';

export interface MemberId {
  readonly tenant_id: string;
  readonly user_id: string;
}

/** They have signed in, can sign in, or keep something of their own here. A service account never is. */
export async function isClaimed(db: Database, { tenant_id, user_id }: MemberId): Promise<boolean> {
  const of = sql`where tenant_id = ${tenant_id} and user_id = ${user_id}`;
  const { rows } = await sql<{ readonly claimed: boolean }>`
    select exists (select from member ${of} and kind = 'person') and (
      exists (select from password ${of}) or exists (select from session ${of})
      or exists (select from sign_on_subject ${of}) or exists (select from variable ${of})
      or exists (select from credential ${of} and scope = 'private')
    ) as claimed`.execute(db);
  return rows[0]?.claimed === true;
}

/** Throws `conflict` for a member whom nobody but themselves may let in. */
export async function refuseClaimed(db: Database, member: MemberId): Promise<void> {
  if (!(await isClaimed(db, member))) return;
  throw new ToolcribError('conflict', {
    params: { problem: 'This member has an account of their own, and nobody else can make a way into it' },
  });
}
