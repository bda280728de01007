// Turns an Authorization header into a principal. Verified keys are remembered for a second, so that the hot path asks
// no database; a revocation in this process counts at once, in another process within limits.key_cache_ms.
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Store } from '../store/store.ts';
import { hashOfKey, isPermission, tenantOfKey } from './api-keys.ts';
import { rolePermissions } from './permissions.ts';
import type { Permission } from './permissions.ts';
import type { Identify, Principal } from './principal.ts';

export interface Identifier {
  readonly identify: Identify;
  /** Forgets what is remembered: called when keys or members change in this process. */
  readonly forget: () => void;
}

interface Remembered {
  readonly principal: Principal;
  /** Monotonic milliseconds. */
  readonly until: number;
}

export function createIdentifier(deps: { readonly store: Store; readonly clock: Clock }): Identifier {
  const remembered = new Map<string, Remembered>();
  const pending = new Map<string, Promise<Principal>>();
  let generation = 0;

  function identify(authorization: string | undefined): Principal | Promise<Principal> {
    const text = bearer(authorization);
    const known = remembered.get(text);
    if (known !== undefined && known.until > deps.clock.monotonic()) return known.principal;
    return single(text);
  }

  /** One look-up at a time for the same key. */
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

/** The token of `Bearer <token>` (RFC 6750 §2.1). Throws `unauthenticated`. */
function bearer(authorization: string | undefined): string {
  if (authorization === undefined || authorization.length > 200) throw new ToolcribError('unauthenticated');
  const text = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (text === undefined) throw new ToolcribError('unauthenticated');
  return text;
}

/** Unknown, expired, revoked and foreign keys are one and the same answer (A40). */
async function lookUp(deps: { readonly store: Store; readonly clock: Clock }, text: string): Promise<Principal> {
  const tenant_id = tenantOfKey(text);
  if (tenant_id === undefined) throw new ToolcribError('unauthenticated');
  const now = deps.clock.now();
  const row = await deps.store.inTenant(tenant_id, async (db) => {
    const found = await db
      .selectFrom('api_key')
      .innerJoin('member', (join) =>
        join.onRef('member.tenant_id', '=', 'api_key.tenant_id').onRef('member.user_id', '=', 'api_key.user_id'),
      )
      .innerJoin('app_user', 'app_user.id', 'api_key.user_id')
      .innerJoin('tenant', 'tenant.id', 'api_key.tenant_id')
      .select([
        'api_key.id',
        'api_key.user_id',
        'api_key.scopes',
        'api_key.expires_at',
        'api_key.last_used_at',
        'member.role',
        'app_user.email',
        'tenant.slug',
      ])
      .where('api_key.tenant_id', '=', tenant_id)
      .where('api_key.key_hash', '=', hashOfKey(text))
      .where('api_key.revoked_at', 'is', null)
      .executeTakeFirst();
    if (found === undefined || (found.expires_at !== null && found.expires_at.getTime() <= now)) return undefined;
    if (found.last_used_at === null || now - found.last_used_at.getTime() > limits.key_last_used_ms) {
      await db
        .updateTable('api_key')
        .set({ last_used_at: new Date(now) })
        .where('tenant_id', '=', tenant_id)
        .where('id', '=', found.id)
        .execute();
    }
    return found;
  });
  if (row === undefined) throw new ToolcribError('unauthenticated');
  const allowed: readonly Permission[] = rolePermissions[row.role];
  return {
    tenant_id,
    user_id: row.user_id,
    caller: { user_id: row.user_id, user_email: row.email, tenant_id, tenant_slug: row.slug },
    role: row.role,
    via: { kind: 'api_key', key_id: row.id },
    permissions: new Set(row.scopes.filter((scope) => isPermission(scope)).filter((scope) => allowed.includes(scope))),
  };
}
