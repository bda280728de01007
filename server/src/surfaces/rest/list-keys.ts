// GET /v1/keys: members see their own, admins every key of the tenant.
import type { ApiKey as ApiKeyWire, ApiKeyList } from '@toolcrib/client';
import { z } from 'zod';
import { listApiKeys } from '../../identity/api-keys.ts';
import type { ApiKey, KeyOwner } from '../../identity/api-keys.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Operation } from './operation.ts';
import { apiKey } from './schemas.ts';

export const listKeys: Operation<unknown, unknown, ApiKeyList> = {
  id: 'listKeys',
  method: 'GET',
  path: '/v1/keys',
  summary: 'List API keys: your own, or all of the tenant for admins',
  guard: { kind: 'permission', permission: 'keys.read' },
  audit: { kind: 'none', reason: 'keys are shown without their secret' },
  params: {},
  output: z.object({ keys: z.array(apiKey) }),
  errors: [],
  handle: async ({ principal }, deps) => ({ keys: (await listApiKeys(deps, keysOf(principal))).map(apiKeyOnWire) }),
};

/** The keys that a principal manages: who manages members manages their keys. */
export function keysOf(principal: Principal): KeyOwner {
  const all = principal.permissions.has('members.write');
  return { tenant_id: principal.tenant_id, user_id: all ? undefined : principal.user_id };
}

export function apiKeyOnWire(key: ApiKey): ApiKeyWire {
  const text = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());
  return {
    id: key.id,
    user_id: key.user_id,
    name: key.name,
    prefix: key.prefix,
    scopes: key.scopes,
    workspace: key.workspace,
    calls_per_minute: key.calls_per_minute,
    created_at: new Date(key.created_at).toISOString(),
    expires_at: text(key.expires_at),
    last_used_at: text(key.last_used_at),
    revoked_at: text(key.revoked_at),
  };
}
