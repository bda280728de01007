// POST /v1/sources/{name}/mirror: asks another MCP server for its tools now. The first look is accepted as it is; what is new or
// changed at a later one waits for an approval.
import { hash } from 'node:crypto';
import type { Mirror } from '@toolcrib/client';
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import { canonicalJson } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { NamedSource } from '../../catalog/catalogue.ts';
import { isMirroring } from '../../catalog/mirror.ts';
import type { CallerCredential, CredentialNeed } from '../../credentials/credential.ts';
import { ensureMcpClient } from '../../credentials/oauth/mcp-authorization.ts';
import { actorOf } from '../../identity/principal.ts';
import type { Principal } from '../../identity/principal.ts';
import { requirePermission } from '../../invoke/find.ts';
import { originOf } from '../web/connect/connect-request.ts';
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
  errors: [
    ...(['not_found', 'conflict', 'connect_required', 'source_unavailable', 'credential_refused'] as const),
    ...(['calls_limited', 'address_refused', 'upstream_unavailable', 'vault_unavailable', 'refresh_delayed'] as const),
  ],
  handle: async ({ principal, params, body: { credential_id }, exchange }, deps) => {
    const catalogue = await deps.catalogueOf(principal);
    const source = await findMirroring(deps, principal, params['name'] ?? '');
    requireOwn(source);
    catalogue.hold();
    try {
      const credential = await accountFor(deps, principal, {
        source,
        wanted: credential_id,
        host: exchange.request.headers.host,
      });
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

interface Asked {
  readonly source: NamedSource;
  readonly wanted: string | undefined;
  readonly host: string | undefined;
}

/** Throws `connect_required` with a link for the person, `conflict` when several accounts fit. */
async function accountFor(
  deps: RestDeps,
  principal: Principal,
  { source, wanted, host }: Asked,
): Promise<CallerCredential | undefined> {
  const { name, need } = source;
  if (need === undefined) return undefined;
  requirePermission(principal, 'credentials.use');
  const plan = await deps.credentials.plan(principal, { name, credential_need: need });
  const usable = plan.candidates.filter((one) => one.usable);
  const chosen = wanted === undefined ? plan.credential : usable.find((one) => one.id === wanted);
  if (chosen !== undefined) return deps.credentials.open(principal, chosen.id);
  if (usable.length > 0) {
    throw new ToolcribError('conflict', { params: { problem: 'Several accounts fit: say which by credential_id' } });
  }
  await prepareOauth(deps, principal, { source, need, host });
  return connect(deps, principal, { source, need, host });
}

interface Needy {
  readonly source: NamedSource;
  readonly need: CredentialNeed;
  readonly host: string | undefined;
}

/** Only for accounts that are bound to a source of the tenant and its host: no provider has such a name. */
async function prepareOauth(
  { oauth, addresses, tenant_http }: RestDeps,
  principal: Principal,
  { source: { source }, need, host }: Needy,
): Promise<void> {
  const [system] = need.systems;
  if (!isMirroring(source) || source.url === undefined || system?.includes('@') !== true) return;
  if (!need.strategies.includes('oauth2')) return;
  const { tenant_id, user_id } = principal;
  await ensureMcpClient(oauth, actorOf(principal), {
    ...{ url: source.url, system, tenant_id, user_id },
    origin: originOf(addresses, host),
    http: tenant_http.of(tenant_id),
  });
}

async function connect(
  { interactions, ids }: RestDeps,
  principal: Principal,
  { source, need, host }: Needy,
): Promise<never> {
  const { systems, strategies, scopes } = need;
  const tool = `mirror of ${source.name}`;
  const interaction = await interactions.pause(principal, {
    subject: {
      ...{ kind: 'connect', tool, tool_version: '' },
      arguments_digest: hash('sha256', canonicalJson({ systems, strategies, scopes })),
      credential_id: null,
    },
    details: { kind: 'connect', systems: systems.map((system) => ({ system, strategies })), scopes },
    call_id: ids.uuid(),
    host,
  });
  const params = { tool, systems: systems.join(' or '), url: interaction.url };
  throw new ToolcribError('connect_required', { params, interaction });
}
