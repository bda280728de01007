// Turns what a request proves itself with into a principal. What was verified is remembered for a second, so that the hot
// path asks no database; a revocation in this process counts at once, in another process within limits.key_cache_ms.
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Database } from '../store/scope.ts';
import type { Store } from '../store/store.ts';
import { isPermission } from './api-keys.ts';
import { rolePermissions } from './permissions.ts';
import type { Permission, Role } from './permissions.ts';
import type { Identify, Principal } from './principal.ts';
import { hashOfToken, tenantOfToken } from './token-text.ts';
import type { TokenPrefix } from './token-text.ts';
import { first_workspace } from './workspaces.ts';

export interface Identifier {
  readonly identify: Identify;
  /** Forgets what is remembered: called when keys, sessions or members change in this process. */
  readonly forget: () => void;
}

interface Remembered {
  readonly principal: Principal;
  /** Monotonic milliseconds. */
  readonly until: number;
}

interface Deps {
  readonly store: Store;
  readonly clock: Clock;
}

export function createIdentifier(deps: Deps): Identifier {
  const remembered = new Map<string, Remembered>();
  const pending = new Map<string, Promise<Principal>>();
  let generation = 0;

  function identify(authorization: string | undefined): Principal | Promise<Principal> {
    const text = tokenOf(authorization);
    const known = remembered.get(text);
    if (known !== undefined && known.until > deps.clock.monotonic()) return known.principal;
    return single(text);
  }

  /** One look-up at a time for the same text. */
  function single(text: string): Promise<Principal> {
    const running = pending.get(text);
    if (running !== undefined) return running;
    const started = generation;
    const looked = lookUp(deps, text)
      .then((principal) => {
        if (started === generation) remember(text, principal);
        return principal;
      })
      .finally(() => {
        if (pending.get(text) === looked) pending.delete(text);
      });
    pending.set(text, looked);
    return looked;
  }

  function remember(text: string, principal: Principal): void {
    remembered.delete(text);
    if (remembered.size >= limits.key_cache_entries) {
      const [oldest] = remembered.keys();
      if (oldest !== undefined) remembered.delete(oldest);
    }
    remembered.set(text, { principal, until: deps.clock.monotonic() + limits.key_cache_ms });
  }

  return {
    identify,
    forget: () => {
      generation += 1;
      remembered.clear();
      pending.clear();
    },
  };
}

/** How each scheme of the header is looked up. A key is no session and a session no key. */
const schemes = {
  bearer: { prefix: 'tc', find: findKey },
  session: { prefix: 'ts', find: findSession },
} as const satisfies Record<string, { readonly prefix: TokenPrefix; readonly find: Find }>;

type Find = (db: Database, tenant_id: string, token: Token) => Promise<Found | undefined>;

interface Token {
  readonly hash: Buffer;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Found {
  readonly id: string;
  readonly user_id: string;
  readonly role: Role;
  readonly email: string;
  readonly name: string;
  /** Of the tenant. */
  readonly slug: string;
  readonly workspace_id: string;
  readonly credential_epoch: string;
  readonly catalogue_epoch: string;
  /** Null: everything that the role has. */
  readonly scopes: readonly string[] | null;
  readonly calls_per_minute: number | null;
  /** Of a key: when it ends. */
  readonly expires_at: Date | null;
}

/** The header in one form: `bearer tc_…` (RFC 6750 §2.1). Throws `unauthenticated`. */
function tokenOf(authorization: string | undefined): string {
  if (authorization === undefined || authorization.length > 200) throw new ToolcribError('unauthenticated');
  const [, scheme, token] = /^(Bearer|Session) +(\S+)$/i.exec(authorization) ?? [];
  if (scheme === undefined || token === undefined) throw new ToolcribError('unauthenticated');
  return `${scheme.toLowerCase()} ${token}`;
}

/** Unknown, expired, revoked and foreign ones, and those of a suspended tenant, are one and the same answer (A40). */
async function lookUp({ store, clock }: Deps, text: string): Promise<Principal> {
  const [scheme = '', token = ''] = text.split(' ');
  const kind = scheme === 'session' ? 'session' : 'bearer';
  const { prefix, find } = schemes[kind];
  const tenant_id = tenantOfToken(prefix, token);
  if (tenant_id === undefined) throw new ToolcribError('unauthenticated');
  const found = await store.inTenant(tenant_id, (db) =>
    find(db, tenant_id, { hash: hashOfToken(token), now: clock.now() }),
  );
  if (found === undefined) throw new ToolcribError('unauthenticated');
  const allowed: readonly Permission[] = rolePermissions[found.role];
  // A key with a bound makes no keys: ten of them would have ten times the bound, and one that ends would live on in others.
  const bounded = found.calls_per_minute !== null || found.expires_at !== null;
  const scopes = found.scopes?.filter((scope) => isPermission(scope)) ?? allowed;
  return {
    tenant_id,
    user_id: found.user_id,
    caller: {
      user_id: found.user_id,
      user_email: found.email,
      user_name: found.name,
      tenant_id,
      tenant_slug: found.slug,
      workspace_id: found.workspace_id,
    },
    role: found.role,
    via: { kind: kind === 'session' ? 'session' : 'api_key', id: found.id },
    permissions: new Set(scopes.filter((scope) => allowed.includes(scope) && !(bounded && scope === 'keys.write'))),
    credential_epoch: found.credential_epoch,
    catalogue_epoch: found.catalogue_epoch,
    calls_per_minute: found.calls_per_minute,
  };
}

/** The members of a tenant that is not suspended, with what a principal is made of: joined, for one round trip in all. */
function people(db: Database, tenant_id: string) {
  return db
    .selectFrom('member')
    .innerJoin('app_user', 'app_user.id', 'member.user_id')
    .innerJoin('tenant', 'tenant.id', 'member.tenant_id')
    .select(['member.user_id', 'member.role', 'app_user.email', 'app_user.name', 'tenant.slug'])
    .select(['tenant.credential_epoch', 'tenant.catalogue_epoch'])
    .where('member.tenant_id', '=', tenant_id)
    .where('tenant.suspended_at', 'is', null);
}

async function findKey(db: Database, tenant_id: string, { hash, now }: Token): Promise<Found | undefined> {
  const key = await people(db, tenant_id)
    .innerJoin('api_key', (join) =>
      join.onRef('api_key.tenant_id', '=', 'member.tenant_id').onRef('api_key.user_id', '=', 'member.user_id'),
    )
    .innerJoin('workspace', (join) =>
      join
        .onRef('workspace.tenant_id', '=', 'member.tenant_id')
        .on((eb) =>
          eb.or([
            eb('workspace.id', '=', eb.ref('api_key.workspace_id')),
            eb.and([eb('api_key.workspace_id', 'is', null), eb('workspace.slug', '=', first_workspace)]),
          ]),
        ),
    )
    .select('workspace.id as workspace_id')
    .select(['api_key.id', 'api_key.scopes', 'api_key.expires_at', 'api_key.last_used_at', 'api_key.calls_per_minute'])
    .where('api_key.key_hash', '=', hash)
    .where('api_key.revoked_at', 'is', null)
    .executeTakeFirst();
  if (key === undefined || (key.expires_at !== null && key.expires_at.getTime() <= now)) return undefined;
  if (isStale(key.last_used_at, now)) {
    await db
      .updateTable('api_key')
      .set({ last_used_at: new Date(now) })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', key.id)
      .execute();
  }
  return key;
}

async function findSession(db: Database, tenant_id: string, { hash, now }: Token): Promise<Found | undefined> {
  const session = await people(db, tenant_id)
    .innerJoin('session', (join) =>
      join.onRef('session.tenant_id', '=', 'member.tenant_id').onRef('session.user_id', '=', 'member.user_id'),
    )
    // Whoever works in a browser works in `main`.
    .innerJoin('workspace', (join) =>
      join.onRef('workspace.tenant_id', '=', 'member.tenant_id').on('workspace.slug', '=', first_workspace),
    )
    .select('workspace.id as workspace_id')
    .select(['session.id', 'session.expires_at', 'session.last_seen_at'])
    .where('session.token_hash', '=', hash)
    .where('session.ended_at', 'is', null)
    .executeTakeFirst();
  if (session === undefined || session.expires_at.getTime() <= now) return undefined;
  if (now - session.last_seen_at.getTime() > limits.session_idle_ms) return undefined;
  if (isStale(session.last_seen_at, now)) {
    await db
      .updateTable('session')
      .set({ last_seen_at: new Date(now) })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', session.id)
      .execute();
  }
  return { ...session, scopes: null, calls_per_minute: null, expires_at: null };
}

/** Uses are noted now and then, not each time. */
function isStale(at: Date | null, now: number): boolean {
  return at === null || now - at.getTime() > limits.key_last_used_ms;
}
