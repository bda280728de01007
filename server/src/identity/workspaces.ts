// Workspaces: the parts into which a tenant divides what it has. `main` is made with the tenant and stays.
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { IdentityDeps } from './api-keys.ts';
import { endKeysOfWorkspace } from './end-keys.ts';

export interface Workspace {
  readonly id: string;
  /** Lower-case letters, digits and hyphens; unique in the tenant. */
  readonly slug: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created_at: number;
}

/** Made with the tenant, and stays. */
export const first_workspace = 'main';

/** By slug. */
export async function listWorkspaces(deps: IdentityDeps, tenant_id: string): Promise<readonly Workspace[]> {
  const rows = await deps.store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('workspace')
      .select(['id', 'slug', 'name', 'created_at'])
      .where('tenant_id', '=', tenant_id)
      .orderBy('slug')
      .limit(limits.workspaces)
      .execute(),
  );
  return rows.map((row) => ({ ...row, created_at: row.created_at.getTime() }));
}

/** Throws `conflict` when the slug is taken, or there are too many. */
export async function createWorkspace(
  deps: IdentityDeps,
  actor: Actor,
  { tenant_id, slug, name }: { readonly tenant_id: string; readonly slug: string; readonly name: string },
): Promise<Workspace> {
  return deps.store.inTenant(tenant_id, async (db) => {
    const { count } = await db
      .selectFrom('workspace')
      .select((of) => of.fn.countAll().as('count'))
      .where('tenant_id', '=', tenant_id)
      .executeTakeFirstOrThrow();
    if (Number(count) >= limits.workspaces) {
      throw new ToolcribError('conflict', { params: { problem: `There are ${limits.workspaces} workspaces already` } });
    }
    const made = await db
      .insertInto('workspace')
      .values({ tenant_id, id: deps.ids.uuid(), slug, name, created_at: new Date(deps.clock.now()) })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'slug']).doNothing())
      .returning(['id', 'slug', 'name', 'created_at'])
      .executeTakeFirst();
    if (made === undefined) {
      throw new ToolcribError('conflict', { params: { problem: `There is a workspace "${slug}" already` } });
    }
    await recordChange(db, deps, { tenant_id, actor, action: 'workspace-created', target_id: made.id });
    return { ...made, created_at: made.created_at.getTime() };
  });
}

/** With its keys, which end. Throws `not_found`, and `conflict` for `main`. */
export async function deleteWorkspace(
  deps: IdentityDeps,
  actor: Actor,
  { tenant_id, slug }: { readonly tenant_id: string; readonly slug: string },
): Promise<void> {
  if (slug === first_workspace) {
    throw new ToolcribError('conflict', { params: { problem: `The workspace "${first_workspace}" stays` } });
  }
  await deps.store.inTenant(tenant_id, async (db) => {
    const gone = await db
      .selectFrom('workspace')
      .select('id')
      .where('tenant_id', '=', tenant_id)
      .where('slug', '=', slug)
      // Whoever makes a key for it at the same moment has made it before, or finds no workspace (api-keys.ts).
      .forUpdate()
      .executeTakeFirst();
    if (gone === undefined) throw new ToolcribError('not_found');
    await endKeysOfWorkspace(db, deps, { tenant_id, actor, workspace_id: gone.id });
    await db.deleteFrom('workspace').where('tenant_id', '=', tenant_id).where('id', '=', gone.id).execute();
    await recordChange(db, deps, { tenant_id, actor, action: 'workspace-deleted', target_id: gone.id });
  });
}
