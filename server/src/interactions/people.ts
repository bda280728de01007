// The names that a page shows of people and keys: who asks, who may decide, who has decided.
import type { Principal } from '../identity/principal.ts';
import type { Store } from '../store/store.ts';
import { decidingRoles } from './create-approvals.ts';
import type { Interaction } from './find-interactions.ts';

export interface PeopleOf {
  /** Name of the API key that the call came with; undefined for a browser's session. */
  readonly key_name: string | undefined;
  /** Who has answered. */
  readonly resolved_by: string | undefined;
  /** Who may decide, where another person must; by name, at most ten. */
  readonly deciders: readonly string[];
}

const shown = 10;

export async function peopleOf(
  { store }: { readonly store: Store },
  { tenant_id }: Principal,
  interaction: Interaction,
): Promise<PeopleOf> {
  const { details, user_id, resolved_by } = interaction;
  const four_eyes = details.kind === 'approve' && details.four_eyes;
  return store.inTenant(tenant_id, async (db) => {
    const people = db
      .selectFrom('member')
      .innerJoin('app_user', 'app_user.id', 'member.user_id')
      .select('app_user.name')
      .where('member.tenant_id', '=', tenant_id);
    const key =
      details.via.kind === 'api_key'
        ? await db
            .selectFrom('api_key')
            .select('name')
            .where('tenant_id', '=', tenant_id)
            .where('id', '=', details.via.id)
            .executeTakeFirst()
        : undefined;
    const answered =
      resolved_by === null ? undefined : await people.where('member.user_id', '=', resolved_by).executeTakeFirst();
    const deciders = four_eyes
      ? await people
          .where('member.user_id', '<>', user_id)
          .where('member.kind', '=', 'person')
          .where('member.role', 'in', decidingRoles)
          .orderBy('app_user.name')
          .limit(shown)
          .execute()
      : [];
    return { key_name: key?.name, resolved_by: answered?.name, deciders: deciders.map(({ name }) => name) };
  });
}
