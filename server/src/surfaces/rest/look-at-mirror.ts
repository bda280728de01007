// POST /v1/sources/{name}/mirror: asks another MCP server for its tools now. The first look is accepted as it is; what is new or
// changed at a later one waits for an approval.
import type { Mirror } from '@toolcrib/client';
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { NamedSource } from '../../catalog/catalogue.ts';
import type { CallerCredential } from '../../credentials/credential.ts';
import { actorOf } from '../../identity/principal.ts';
import type { Principal } from '../../identity/principal.ts';
import { requirePermission } from '../../invoke/find.ts';
import { findMirroring, mirror, mirrorOnWire } from './get-mirror.ts';
import type { Operation, RestDeps } from './operation.ts';
import { id } from './schemas.ts';

const body = z.strictObject({
  credential_id: id.optional().describe('With which of your accounts; needed when several fit'),
});

export const lookAtMirror: Operation<unknown, z.output<typeof body>, Mirror> = {
  id: 'lookAtMirror',
  method: 'POST',
  path: '/v1/sources/{name}/mirror',
  summary: 'Ask another MCP server for its tools now',
  guard: { kind: 'permission', permission: 'tools.write' },
  audit: { kind: 'change' },
  params: { name: 'Name of the source' },
  body,
  output: mirror,
  errors: ['not_found', 'conflict', 'source_unavailable', 'credential_refused', 'calls_limited', 'address_refused'],
  handle: async ({ principal, params, body: { credential_id } }, deps) => {
    const catalogue = await deps.catalogueOf(principal);
    const source = await findMirroring(deps, principal, params['name'] ?? '');
    requireOwn(source);
    catalogue.hold();
    try {
      const credential = await accountFor(deps, principal, source, credential_id);
      const { tenant_id, user_id } = principal;
      const state = await deps.mirrors.look(
        source,
        { tenant_id, user_id, credential, http: deps.tenant_http.of(tenant_id) },
        { actor: actorOf(principal), signal: AbortSignal.timeout(limits.mcp_connect_ms * 2) },
      );
      return mirrorOnWire(source, { ...state, looked_at: deps.clock.now() });
    } finally {
      catalogue.release();
    }
  },
};

/** What everyone on this server sees is the operator's to look at and to accept. */
export function requireOwn({ name, scope }: NamedSource): void {
  if (scope.kind === 'tenant') return;
  const problem = `The source is in the files of this server: its operator says "toolcrib mcp refresh ${name}"`;
  throw new ToolcribError('conflict', { params: { problem } });
}

async function accountFor(
  { credentials }: RestDeps,
  principal: Principal,
  { name, need }: NamedSource,
  wanted: string | undefined,
): Promise<CallerCredential | undefined> {
  if (need === undefined) return undefined;
  requirePermission(principal, 'credentials.use');
  const plan = await credentials.plan(principal, { name, credential_need: need });
  const usable = plan.candidates.filter((one) => one.usable);
  const chosen = wanted === undefined ? plan.credential : usable.find((one) => one.id === wanted);
  if (chosen !== undefined) return credentials.open(principal, chosen.id);
  const systems = need.systems.join(' or ');
  const problem =
    usable.length > 0
      ? 'Several accounts fit: say which by credential_id'
      : `It is asked with your account, and there is none of ${systems}: connect or add one first`;
  throw new ToolcribError('conflict', { params: { problem } });
}
