// Connecting an account on another device (RFC 8628): the person enters a code at the provider, we ask until it is done. Whoever
// enters the code gives the account to whoever began: that is the weakness of this flow, and it cannot be mended here
// (docs/oauth.md). So a person begins for themselves only, and a provider's definition decides whether there is one at all.
import { ToolcribError } from '../../base/errors.ts';
import type { Principal } from '../../identity/principal.ts';
import { hashOfToken, makeToken, tenantOfToken } from '../../identity/token-text.ts';
import type { Database } from '../../store/scope.ts';
import type { DevicePoll } from './endpoint.ts';
import { keepGrant, requireStill } from './flow.ts';
import type { FlowDeps } from './flow.ts';
import { endFlow, insertFlow, openFlow, readFlow, sealFlow, takeFlow } from './flow-row.ts';
import type { FlowRow, FlowSecrets } from './flow-row.ts';
import { ProviderError } from './provider-problem.ts';
import { prepareConnection } from './wanted-connection.ts';
import type { WantedConnection } from './wanted-connection.ts';

export interface DeviceConnection {
  /** For `pollDeviceFlow`; secret. */
  readonly flow: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string | undefined;
  readonly interval_s: number;
  readonly expires_at: number;
}

export type DeviceState =
  | { readonly status: 'waiting'; readonly interval_s: number }
  | { readonly status: 'connected'; readonly credential_id: string };

/** RFC 8628 §3.5. */
const slower_ms = 5_000;

/** Throws `conflict` where the provider has no device flow, and whatever `prepareConnection` throws. */
export async function startDeviceFlow(
  deps: FlowDeps,
  principal: Principal,
  wanted: WantedConnection,
): Promise<DeviceConnection> {
  const { tenant_id, user_id } = principal;
  const connection = await prepareConnection(deps, principal, wanted);
  const { at, provider, scopes } = connection;
  if (!(await deps.endpoint.hasDevice(at))) {
    const problem = `${provider.title} has no device flow: connect in the browser`;
    throw new ToolcribError('conflict', { params: { problem } });
  }
  const started = await deps.endpoint.startDevice(at, scopes);
  const { text: flow } = makeToken('to', tenant_id);
  const vault = await deps.vault.of(tenant_id);
  const now = deps.clock.now();
  const { device_code, interval_ms, expires_at } = started;
  await deps.store.inTenant(tenant_id, (db) =>
    insertFlow(db, vault, {
      kind: 'device',
      user_id,
      session_id: null,
      state_hash: hashOfToken(flow),
      redirect_uri: '',
      return_to: '',
      connection,
      secrets: { device_code, interval_ms, next_at: now + interval_ms, is_named: connection.is_named },
      now,
      expires_at,
    }),
  );
  const { user_code, verification_uri, verification_uri_complete } = started;
  return {
    flow,
    user_code,
    verification_uri,
    verification_uri_complete,
    interval_s: toSeconds(interval_ms),
    expires_at,
  };
}

/**
 * Asks the provider, at most once in its interval however often it is called. Throws `not_found` for a flow that is over or
 * somebody else's, and ProviderError when the person has said no or was too late.
 */
export async function pollDeviceFlow(deps: FlowDeps, principal: Principal, text: string): Promise<DeviceState> {
  const { tenant_id } = principal;
  if (tenantOfToken('to', text) !== tenant_id) throw new ToolcribError('not_found');
  const vault = await deps.vault.of(tenant_id);
  const now = deps.clock.now();
  const turn = await deps.store.inTenant(tenant_id, async (db) => {
    const row = await readFlow(db, tenant_id, hashOfToken(text));
    if (row === undefined || row.kind !== 'device' || row.user_id !== principal.user_id) {
      throw new ToolcribError('not_found');
    }
    const secrets = openFlow(vault, row);
    const { next_at = 0, interval_ms = slower_ms } = secrets;
    if (now < next_at) return { row, secrets, interval_ms, is_ours: false };
    // Whoever moves the time on asks; everybody else waits. Longer than the request may take.
    await saveTimes(db, row, sealFlow(vault, row.state_hash, { ...secrets, next_at: now + interval_ms + slower_ms }));
    return { row, secrets, interval_ms, is_ours: true };
  });
  const { row, secrets, interval_ms } = turn;
  if (!turn.is_ours) return { status: 'waiting', interval_s: toSeconds(interval_ms) };
  return ask(deps, principal, { row, secrets, interval_ms });
}

interface Turn {
  readonly row: FlowRow;
  readonly secrets: FlowSecrets;
  readonly interval_ms: number;
}

async function ask(deps: FlowDeps, principal: Principal, { row, secrets, interval_ms }: Turn): Promise<DeviceState> {
  requireStill(principal, row);
  const { tenant_id } = row;
  const at = await deps.providerAt(tenant_id, row);
  const vault = await deps.vault.of(tenant_id);
  let answer: DevicePoll;
  try {
    if (at === undefined) throw new ProviderError(row.provider, 'invalid_client');
    answer = await deps.endpoint.pollDevice(at, secrets.device_code ?? '');
  } catch (thrown) {
    // Unreachable is no answer: it is asked again. Everything else ends it.
    const is_over = !(thrown instanceof ProviderError && thrown.problem === 'unreachable');
    if (is_over) await deps.store.inTenant(tenant_id, (db) => endFlow(db, row));
    throw thrown;
  }
  if (answer.kind === 'waiting') {
    const next_ms = interval_ms + (answer.slow_down ? slower_ms : 0);
    const sealed = sealFlow(vault, row.state_hash, {
      ...secrets,
      interval_ms: next_ms,
      next_at: deps.clock.now() + next_ms,
    });
    await deps.store.inTenant(tenant_id, (db) => saveTimes(db, row, sealed));
    return { status: 'waiting', interval_s: toSeconds(next_ms) };
  }
  await deps.store.inTenant(tenant_id, (db) => takeFlow(db, row, deps.clock.now()));
  const { grant } = answer;
  return { status: 'connected', credential_id: await keepGrant(deps, principal, { flow: row, secrets, at, grant }) };
}

async function saveTimes(db: Database, row: FlowRow, sealed: Buffer): Promise<void> {
  await db
    .updateTable('oauth_flow')
    .set({ sealed })
    .where('tenant_id', '=', row.tenant_id)
    .where('state_hash', '=', row.state_hash)
    .execute();
}

function toSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1_000);
}
