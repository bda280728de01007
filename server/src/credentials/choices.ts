// Which of several credentials a person has chosen for a tool. A choice only prefers: what may be used is decided anew at
// every call (resolve.ts).
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { actorOf } from '../identity/principal.ts';
import type { Principal } from '../identity/principal.ts';
import { recordChange } from '../ledger/changes.ts';
import { getCredential } from './credentials.ts';
import type { CredentialDeps } from './credentials.ts';
import { usableBy } from './may-use.ts';
import type { NeedyTool } from './resolver.ts';

type Deps = Omit<CredentialDeps, 'vault'>;

export interface Choice {
  readonly tool: string;
  readonly credential_id: string;
  /** Milliseconds since 1970. */
  readonly chosen_at: number;
}

/** The person's own, by tool. */
export async function listChoices({ store }: Pick<Deps, 'store'>, principal: Principal): Promise<readonly Choice[]> {
  const { tenant_id, user_id } = principal;
  const rows = await store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('credential_choice')
      .select(['tool', 'credential_id', 'chosen_at'])
      .where('tenant_id', '=', tenant_id)
      .where('user_id', '=', user_id)
      .where('agent', '=', '')
      .orderBy('tool')
      .limit(limits.choices_listed)
      .execute(),
  );
  return rows.map((row) => ({ ...row, chosen_at: row.chosen_at.getTime() }));
}

/** Remembers it for the next calls. Throws `not_found`, `body_invalid` when the tool does not take such an account. */
export async function rememberChoice(
  deps: Deps,
  principal: Principal,
  { tool, credential_id }: { readonly tool: NeedyTool; readonly credential_id: string },
): Promise<Choice> {
  const { system, strategy } = await getCredential(deps, principal, credential_id);
  const need = tool.credential_need;
  if (need === undefined || !need.systems.includes(system) || !need.strategies.includes(strategy)) {
    const fault = { path: 'body.credential_id', message: 'the tool does not take such an account' };
    throw new ToolcribError('body_invalid', { params: { problem: fault.message }, faults: [fault] });
  }
  const { tenant_id, user_id } = principal;
  const chosen_at = deps.clock.now();
  await deps.store.inTenant(tenant_id, async (db) => {
    const still = await db
      .selectFrom('credential')
      .select('id')
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', credential_id)
      .where(usableBy(user_id))
      .forKeyShare()
      .executeTakeFirst();
    if (still === undefined) throw new ToolcribError('not_found');
    const row = { tenant_id, user_id, agent: '', tool: tool.name, credential_id, chosen_at: new Date(chosen_at) };
    await db
      .insertInto('credential_choice')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'user_id', 'agent', 'tool'])
          .doUpdateSet({ credential_id, chosen_at: new Date(chosen_at) }),
      )
      .execute();
    const actor = actorOf(principal);
    await recordChange(db, deps, { tenant_id, actor, action: 'choice-made', target_id: credential_id });
  });
  return { tool: tool.name, credential_id, chosen_at };
}

/** The next call decides anew. Throws `not_found` when nothing was chosen. */
export async function forgetChoice(deps: Deps, principal: Principal, tool: string): Promise<void> {
  const { tenant_id, user_id } = principal;
  await deps.store.inTenant(tenant_id, async (db) => {
    const gone = await db
      .deleteFrom('credential_choice')
      .where('tenant_id', '=', tenant_id)
      .where('user_id', '=', user_id)
      .where('agent', '=', '')
      .where('tool', '=', tool)
      .returning('credential_id')
      .executeTakeFirst();
    if (gone === undefined) throw new ToolcribError('not_found');
    const actor = actorOf(principal);
    await recordChange(db, deps, { tenant_id, actor, action: 'choice-forgotten', target_id: gone.credential_id });
  });
}
