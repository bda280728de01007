// Which calls a tenant lets run at once, which only after a yes, and which never. The most exact policy counts: of the tool,
// else of its danger level, else the server's setting.
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import type { Principal } from '../identity/principal.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { Store } from '../store/store.ts';

export const dangerLevels = ['low', 'medium', 'high', 'critical'] as const;
export type DangerLevel = (typeof dangerLevels)[number];

export const policyActions = ['allow', 'ask', 'four_eyes', 'refuse'] as const;
export type PolicyAction = (typeof policyActions)[number];

/** What a policy is about: one tool, or every tool of a danger level. */
export type PolicySubject =
  | { readonly tool: string; readonly danger: null }
  | { readonly tool: null; readonly danger: DangerLevel };

export type Policy = PolicySubject & {
  readonly id: string;
  readonly action: PolicyAction;
  /** Milliseconds since 1970. */
  readonly created_at: number;
};

/** The tenant's policies: those of tools by name, then those of danger levels. */
export async function listPolicies(
  { store }: { readonly store: Store },
  tenant_id: string,
): Promise<readonly Policy[]> {
  const rows = await store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('approval_policy')
      .select(['id', 'tool', 'danger', 'action', 'created_at'])
      .where('tenant_id', '=', tenant_id)
      .orderBy('tool')
      .orderBy('danger')
      .limit(limits.policies)
      .execute(),
  );
  return rows.map((row) => ({ ...row, created_at: row.created_at.getTime() }) as Policy);
}

export interface NewPolicy {
  readonly tenant_id: string;
  readonly subject: PolicySubject;
  readonly action: PolicyAction;
}

/** Makes or replaces the policy of a subject. Throws `conflict` when the tenant has too many. */
export async function setPolicy(
  deps: IdentityDeps,
  actor: Actor,
  { tenant_id, subject, action }: NewPolicy,
): Promise<Policy> {
  const { tool, danger } = subject;
  return deps.store.inTenant(tenant_id, async (db) => {
    const { known } = await db
      .selectFrom('approval_policy')
      .select(({ fn }) => fn.countAll<string>().as('known'))
      .where('tenant_id', '=', tenant_id)
      .executeTakeFirstOrThrow();
    if (Number(known) >= limits.policies) {
      throw new ToolcribError('conflict', { params: { problem: `There are ${limits.policies} policies already` } });
    }
    const created_at = new Date(deps.clock.now());
    const row = await db
      .insertInto('approval_policy')
      .values({ tenant_id, id: deps.ids.uuid(), tool, danger, action, created_at })
      .onConflict((conflict) => conflict.constraint('approval_policy_subject_key').doUpdateSet({ action, created_at }))
      .returning('id')
      .executeTakeFirstOrThrow();
    await recordChange(db, deps, { tenant_id, actor, action: 'policy-set', target_id: row.id });
    return { ...subject, id: row.id, action, created_at: created_at.getTime() };
  });
}

/** Throws `not_found`. */
export async function removePolicy(
  deps: IdentityDeps,
  actor: Actor,
  { tenant_id, id }: { readonly tenant_id: string; readonly id: string },
): Promise<void> {
  await deps.store.inTenant(tenant_id, async (db) => {
    const removed = await db
      .deleteFrom('approval_policy')
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst();
    if (removed === undefined) throw new ToolcribError('not_found');
    await recordChange(db, deps, { tenant_id, actor, action: 'policy-deleted', target_id: id });
  });
}

/** What a tool is judged by. */
export interface JudgedTool {
  readonly name: string;
  readonly danger: DangerLevel;
}

/** What the policies say of a tool; a promise only when they are not in memory as they are at the principal's epoch. */
export type PolicyLookup = (principal: Principal, tool: JudgedTool) => PolicyAction | Promise<PolicyAction>;

interface Remembered {
  readonly epoch: string;
  readonly by_tool: ReadonlyMap<string, PolicyAction>;
  readonly by_danger: ReadonlyMap<string, PolicyAction>;
}

/** `from`: the lowest danger level that is asked about where no policy says otherwise. */
export function createPolicyLookup(deps: {
  readonly store: Store;
  readonly from: DangerLevel | 'never';
}): PolicyLookup {
  const remembered = new Map<string, Remembered>();

  const judge = ({ by_tool, by_danger }: Remembered, { name, danger }: JudgedTool): PolicyAction =>
    by_tool.get(name) ?? by_danger.get(danger) ?? byDefault(deps.from, danger);

  async function load(tenant_id: string, epoch: string): Promise<Remembered> {
    const policies = await listPolicies(deps, tenant_id);
    const loaded: Remembered = {
      epoch,
      by_tool: new Map(policies.flatMap(({ tool, action }) => (tool === null ? [] : [[tool, action] as const]))),
      by_danger: new Map(
        policies.flatMap(({ danger, action }) => (danger === null ? [] : [[danger, action] as const])),
      ),
    };
    const known = remembered.get(tenant_id);
    // A principal that was looked up earlier must not bring older policies back.
    if (known !== undefined && BigInt(known.epoch) > BigInt(epoch)) return loaded;
    remembered.delete(tenant_id);
    const [oldest] = remembered.keys();
    if (remembered.size >= limits.policy_tenants && oldest !== undefined) remembered.delete(oldest);
    remembered.set(tenant_id, loaded);
    return loaded;
  }

  return ({ tenant_id, credential_epoch: epoch }, tool) => {
    const known = remembered.get(tenant_id);
    if (known !== undefined && isAsNew(known.epoch, epoch)) return judge(known, tool);
    return load(tenant_id, epoch).then((loaded) => judge(loaded, tool));
  };
}

/** Almost always the same one; then no number is made of it. */
function isAsNew(known: string, wanted: string): boolean {
  return known === wanted || BigInt(known) >= BigInt(wanted);
}

function byDefault(from: DangerLevel | 'never', danger: DangerLevel): PolicyAction {
  if (from === 'never') return 'allow';
  return dangerLevels.indexOf(danger) >= dangerLevels.indexOf(from) ? 'ask' : 'allow';
}
