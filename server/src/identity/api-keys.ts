// API keys: making, listing, revoking them. The secret is shown once and stored as a hash.
import type { Selectable } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import type { Ids } from '../base/ids.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { ApiKeyTable } from '../store/schema.ts';
import type { Database } from '../store/scope.ts';
import type { Store } from '../store/store.ts';
import { refuseClaimed } from './claimed-members.ts';
import { permissions, rolePermissions } from './permissions.ts';
import type { Permission, Role } from './permissions.ts';
import { requireMayGive } from './role-rules.ts';
import type { Giver } from './role-rules.ts';
import { hashOfToken, makeToken } from './token-text.ts';
import { first_workspace } from './workspaces.ts';

export interface IdentityDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** A key as it may be shown: never its secret. Times in milliseconds since 1970. */
export interface ApiKey {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  /** The first characters of the key, to recognise it. */
  readonly prefix: string;
  readonly scopes: readonly Permission[];
  /** Slug of the workspace that its calls are made in. */
  readonly workspace: string;
  readonly calls_per_minute: number | null;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
}

export interface NewApiKey {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly name: string;
  /** Permissions of the key; never more than its owner's role has. */
  readonly scopes: readonly Permission[];
  readonly expires_at: number | null;
  /** Over all processes; without it, no bound of its own. */
  readonly calls_per_minute?: number | null;
  /** Slug of the workspace that its calls are made in; absent: the maker's own. */
  readonly workspace?: string | undefined;
  /** Whoever makes it over a surface; absent: the operator, who may make any. */
  readonly maker?: KeyMaker;
}

export interface KeyMaker extends Giver {
  readonly user_id: string;
  /** Of a key that makes keys: the workspace that it belongs to. */
  readonly workspace_id?: string | undefined;
}

/** A new key: its row, and its text, which is never to be had again. Writes nothing. */
export function makeApiKey({ clock, ids }: Pick<IdentityDeps, 'clock' | 'ids'>, key: NewApiKey) {
  const { text, beginning } = makeToken('tc', key.tenant_id);
  const row = {
    tenant_id: key.tenant_id,
    id: ids.uuid(),
    user_id: key.user_id,
    name: key.name,
    prefix: beginning,
    key_hash: hashOfToken(text),
    scopes: [...new Set(key.scopes)],
    created_at: new Date(clock.now()),
    expires_at: key.expires_at === null ? null : new Date(key.expires_at),
    calls_per_minute: key.calls_per_minute ?? null,
  };
  return { row, text };
}

/**
 * Makes a key for a member of the tenant and returns its text, which is never to be had again.
 * Throws `not_found` when the user is no member, `body_invalid` when a scope is more than the member's role allows, or the
 * workspace is not there or not the maker's to give; for another member `forbidden` when their role is not the maker's to
 * give, `conflict` when they have an account of their own.
 */
export async function createApiKey(
  deps: IdentityDeps,
  actor: Actor,
  key: NewApiKey,
): Promise<{ readonly key: ApiKey; readonly text: string }> {
  const { row, text } = makeApiKey(deps, key);
  const made_by = typeof actor === 'string' ? null : actor.user_id;
  const stored = await deps.store.inTenant(key.tenant_id, async (db) => {
    const member = await db
      .selectFrom('member')
      .select('role')
      .where('tenant_id', '=', key.tenant_id)
      .where('user_id', '=', key.user_id)
      // Whoever comes in at the same moment ends this key, or is seen here.
      .forUpdate()
      .executeTakeFirst();
    if (member === undefined) throw new ToolcribError('not_found');
    if (key.maker !== undefined && key.maker.user_id !== key.user_id) {
      requireMayGive(key.maker, member.role);
      await refuseClaimed(db, key);
    }
    refuseExcess(member.role, row.scopes);
    const workspace = await workspaceFor(db, key);
    await recordChange(db, deps, { tenant_id: key.tenant_id, actor, action: 'key-created', target_id: row.id });
    const made = await db
      .insertInto('api_key')
      .values({ ...row, made_by, workspace_id: workspace.id })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { ...made, workspace: workspace.slug };
  });
  return { key: shown(stored), text };
}

/**
 * A key makes keys for its own workspace: it must not come by the settings of another one. But one of `main` that may make and
 * delete workspaces may name any, as may whoever is signed in, and the operator.
 */
async function workspaceFor(
  db: Database,
  { tenant_id, workspace, maker }: Pick<NewApiKey, 'tenant_id' | 'workspace' | 'maker'>,
): Promise<{ readonly id: string; readonly slug: string }> {
  const { workspace_id: own_id } = maker ?? {};
  const slug = workspace ?? (own_id === undefined ? first_workspace : undefined);
  const found = await db
    .selectFrom('workspace')
    .select(['id', 'slug'])
    .where('tenant_id', '=', tenant_id)
    .where((eb) => eb.or([eb('slug', '=', slug ?? null), eb('id', '=', own_id ?? null)]))
    // It stays until this key is there, and then it is ended with it (workspaces.ts).
    .forKeyShare()
    .execute();
  const own = found.find(({ id }) => id === own_id);
  const wanted = slug === undefined ? own : found.find((one) => one.slug === slug);
  const mayNameAny = own?.slug === first_workspace && maker?.permissions.has('workspaces.write') === true;
  if (own_id !== undefined && wanted?.id !== own_id && !mayNameAny) {
    throw workspaceFault(
      'is not that of the key which makes it',
      'Sign in, or use a key of main with workspaces.write',
    );
  }
  if (wanted === undefined) throw workspaceFault('is not there', 'GET /v1/workspaces lists them');
  return wanted;
}

function workspaceFault(message: string, hint: string): ToolcribError {
  const params = { problem: `its workspace ${message}` };
  return new ToolcribError('body_invalid', { params, faults: [{ path: 'workspace', message, hint }] });
}

function refuseExcess(role: Role, scopes: readonly Permission[]): void {
  const allowed: readonly Permission[] = rolePermissions[role];
  const excess = scopes.filter((scope) => !allowed.includes(scope));
  if (excess.length === 0) return;
  throw new ToolcribError('body_invalid', {
    params: { problem: `the role ${role} does not have ${excess.join(', ')}` },
    faults: excess.map((scope) => ({
      path: 'scopes',
      message: `${scope} is more than the role ${role} allows`,
      hint: `Allowed are: ${allowed.join(', ')}`,
    })),
  });
}

/** Whose keys: one person's, or all of the tenant. */
export interface KeyOwner {
  readonly tenant_id: string;
  readonly user_id: string | undefined;
}

/** Keys, newest first, revoked ones included. */
export async function listApiKeys(deps: Pick<IdentityDeps, 'store'>, owner: KeyOwner): Promise<readonly ApiKey[]> {
  const rows = await deps.store.inTenant(owner.tenant_id, (db) => {
    const all = db
      .selectFrom('api_key')
      .leftJoin('workspace', (join) =>
        join.onRef('workspace.tenant_id', '=', 'api_key.tenant_id').onRef('workspace.id', '=', 'api_key.workspace_id'),
      )
      .selectAll('api_key')
      .select('workspace.slug as workspace')
      .where('api_key.tenant_id', '=', owner.tenant_id);
    const mine = owner.user_id === undefined ? all : all.where('api_key.user_id', '=', owner.user_id);
    return mine.orderBy('api_key.id', 'desc').limit(1_000).execute();
  });
  return rows.map((row) => shown(row));
}

/** A stored key without its hash. */
function shown(row: Selectable<ApiKeyTable> & { readonly workspace: string | null }): ApiKey {
  return {
    id: row.id,
    user_id: row.user_id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes.filter((scope) => isPermission(scope)),
    workspace: row.workspace ?? first_workspace,
    calls_per_minute: row.calls_per_minute,
    created_at: row.created_at.getTime(),
    expires_at: row.expires_at?.getTime() ?? null,
    last_used_at: row.last_used_at?.getTime() ?? null,
    revoked_at: row.revoked_at?.getTime() ?? null,
  };
}

/** Ends a key at once. Revoking twice is no error. Throws `not_found` for a key that the owner does not have. */
export async function revokeApiKey(
  deps: IdentityDeps,
  actor: Actor,
  key: KeyOwner & { readonly id: string },
): Promise<void> {
  const { tenant_id, user_id, id } = key;
  await deps.store.inTenant(tenant_id, async (db) => {
    const one = db.selectFrom('api_key').where('tenant_id', '=', tenant_id).where('id', '=', id);
    const mine = user_id === undefined ? one : one.where('user_id', '=', user_id);
    const found = await mine.select('revoked_at').forUpdate().executeTakeFirst();
    if (found === undefined) throw new ToolcribError('not_found');
    if (found.revoked_at !== null) return;
    await db
      .updateTable('api_key')
      .set({ revoked_at: new Date(deps.clock.now()) })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .execute();
    await recordChange(db, deps, { tenant_id, actor, action: 'key-revoked', target_id: id });
  });
}

export function isPermission(text: string): text is Permission {
  return (permissions as readonly string[]).includes(text);
}
