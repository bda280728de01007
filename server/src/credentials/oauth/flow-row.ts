// A connection under way, as it is stored: found by the hash of its state or handle, its secrets sealed, used once.
import type { Selectable } from 'kysely';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { OauthFlowTable } from '../../store/schema.ts';
import type { Database } from '../../store/scope.ts';
import type { TenantVault } from '../vault/vault.ts';
import type { PreparedConnection } from './wanted-connection.ts';

export type FlowRow = Selectable<OauthFlowTable>;

/** What only this flow may know. */
export interface FlowSecrets {
  readonly code_verifier?: string | undefined;
  readonly nonce?: string | undefined;
  readonly device_code?: string | undefined;
  /** Of a device flow: not to be asked before this time, in milliseconds since 1970. */
  readonly next_at?: number | undefined;
  readonly interval_ms?: number | undefined;
  readonly is_named: boolean;
}

export interface NewFlow {
  readonly kind: FlowRow['kind'];
  readonly user_id: string;
  readonly session_id: string | null;
  readonly state_hash: Buffer;
  readonly redirect_uri: string;
  readonly return_to: string;
  readonly connection: PreparedConnection;
  readonly secrets: FlowSecrets;
  readonly now: number;
  readonly expires_at: number;
}

export function sealFlow(vault: TenantVault, state_hash: Buffer, secrets: FlowSecrets): Buffer {
  return vault.seal(placeOf(state_hash), JSON.stringify(secrets));
}

export function openFlow(
  vault: TenantVault,
  { state_hash, sealed }: Pick<FlowRow, 'state_hash' | 'sealed'>,
): FlowSecrets {
  return JSON.parse(vault.open(placeOf(state_hash), sealed)) as FlowSecrets;
}

/** A flow has no id: its hash stands for it. */
function placeOf(state_hash: Buffer): { readonly record_id: string; readonly field: string } {
  return { record_id: state_hash.toString('hex'), field: 'oauth_flow' };
}

/** In the caller's transaction; clears away what is over. Throws `rate_limited`. */
export async function insertFlow(db: Database, vault: TenantVault, flow: NewFlow): Promise<void> {
  const { tenant_id } = vault;
  const { connection, state_hash, now, expires_at, secrets, ...bound } = flow;
  await db
    .deleteFrom('oauth_flow')
    .where('tenant_id', '=', tenant_id)
    .where('expires_at', '<', new Date(now))
    .execute();
  const { count } = await db
    .selectFrom('oauth_flow')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', flow.user_id)
    .where('taken_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (Number(count) >= limits.oauth_flows) {
    const retry_after_s = 60;
    throw new ToolcribError('rate_limited', {
      params: { what: 'connections are under way', retry_after_s },
      retry_after_s,
    });
  }
  const { provider, chosen, name, system, scope, scopes, options, credential_id, interaction_id } = connection;
  const row = {
    tenant_id,
    state_hash,
    ...bound,
    provider: provider.name,
    oauth_client_id: chosen.kind === 'global' ? null : chosen.client.id,
    ...{ name, system, scope, options, credential_id, interaction_id },
    scopes: [...scopes],
    sealed: sealFlow(vault, state_hash, secrets),
    created_at: new Date(now),
    expires_at: new Date(expires_at),
    taken_at: null,
  };
  await db.insertInto('oauth_flow').values(row).execute();
}

export async function readFlow(db: Database, tenant_id: string, state_hash: Buffer): Promise<FlowRow | undefined> {
  return db
    .selectFrom('oauth_flow')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where('state_hash', '=', state_hash)
    .forUpdate()
    .executeTakeFirst();
}

/** From here on its code is never sent again, whatever becomes of this process. */
export async function takeFlow(db: Database, { tenant_id, state_hash }: FlowRow, now: number): Promise<void> {
  await db
    .updateTable('oauth_flow')
    .set({ taken_at: new Date(now) })
    .where('tenant_id', '=', tenant_id)
    .where('state_hash', '=', state_hash)
    .execute();
}

export async function endFlow(db: Database, { tenant_id, state_hash }: FlowRow): Promise<void> {
  await db.deleteFrom('oauth_flow').where('tenant_id', '=', tenant_id).where('state_hash', '=', state_hash).execute();
}
