// Connecting an account in the browser: to the provider and back (RFC 6749 §4.1, RFC 7636, RFC 9700). A flow belongs to one
// session of one person; whoever else comes back with its state gets nothing, and it is over (attack A01).
import { randomBytes } from 'node:crypto';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { Principal } from '../../identity/principal.ts';
import { actorOf } from '../../identity/principal.ts';
import { hashOfToken, makeToken, tenantOfToken } from '../../identity/token-text.ts';
import { recordChange } from '../../ledger/changes.ts';
import { callbackName, callbackPath } from './choose-client.ts';
import type { ClientDeps } from './clients.ts';
import type { Grant, ProviderAt, ProviderEndpoint } from './endpoint.ts';
import { endFlow, insertFlow, openFlow, readFlow, takeFlow } from './flow-row.ts';
import type { FlowRow, FlowSecrets } from './flow-row.ts';
import type { FindProvider } from './grant-deps.ts';
import { ProviderError } from './provider-problem.ts';
import { saveGrant } from './save-grant.ts';
import { prepareConnection } from './wanted-connection.ts';
import type { WantedConnection } from './wanted-connection.ts';

export interface FlowDeps extends ClientDeps {
  readonly endpoint: ProviderEndpoint;
  readonly providerAt: FindProvider;
  readonly log: Log;
  /** After a credential has changed: this process sees it at once. */
  readonly forgetIdentities: () => void;
}

export interface FlowStart extends WantedConnection {
  /** Origin of this server as the browser knows it. */
  readonly origin: string;
  /** Checked (`checkReturn`). */
  readonly return_to: string;
}

/** Where to send the browser. Only for a person with a session, after they have pressed a button of ours (A02). */
export async function startFlow(deps: FlowDeps, principal: Principal, start: FlowStart): Promise<URL> {
  const { tenant_id, user_id, via } = principal;
  if (via.kind !== 'session') throw new ToolcribError('session_required');
  const connection = await prepareConnection(deps, principal, start);
  const { provider, at, chosen, scopes } = connection;
  const redirect_uri = `${start.origin}${callbackPath(callbackName(chosen))}`;
  const { text: state } = makeToken('to', tenant_id);
  const secrets: FlowSecrets = {
    code_verifier: provider.oauth?.pkce === false ? undefined : randomBytes(48).toString('base64url'),
    nonce: isOpenid(at, scopes) ? randomBytes(24).toString('base64url') : undefined,
    is_named: connection.is_named,
  };
  const { code_verifier, nonce } = secrets;
  const url = await deps.endpoint.authorizationUrl(at, { redirect_uri, state, scopes, code_verifier, nonce });
  const vault = await deps.vault.of(tenant_id);
  const now = deps.clock.now();
  await deps.store.inTenant(tenant_id, (db) =>
    insertFlow(db, vault, {
      kind: 'code',
      user_id,
      session_id: via.id,
      state_hash: hashOfToken(state),
      redirect_uri,
      return_to: start.return_to,
      connection,
      secrets,
      now,
      expires_at: now + limits.oauth_flow_ms,
    }),
  );
  return url;
}

/** An ID token is asked for, so its nonce can be checked. */
function isOpenid({ provider }: ProviderAt, scopes: readonly string[]): boolean {
  return provider.oauth?.issuer !== undefined && scopes.includes('openid');
}

export interface Returned {
  /** The last part of the path that the provider came back to. */
  readonly callback: string;
  readonly query: URLSearchParams;
}

export type FlowEnd =
  | { readonly kind: 'connected'; readonly credential_id: string; readonly return_to: string }
  /** Nothing was connected; the person is told and can go back. */
  | { readonly kind: 'failed'; readonly error: ToolcribError; readonly provider: string; readonly return_to: string };

/** Throws `not_found` for an answer that does not belong to this browser, whatever else it is. */
export async function finishFlow(
  deps: FlowDeps,
  principal: Principal,
  { callback, query }: Returned,
): Promise<FlowEnd> {
  const [state = '', ...more] = query.getAll('state');
  if (more.length > 0 || tenantOfToken('to', state) !== principal.tenant_id) throw new ToolcribError('not_found');
  const flow = await take(deps, principal, { state, callback });
  const { provider, return_to } = flow;
  if (flow.taken_at !== null) {
    const problem =
      'This connection was interrupted, or its answer came twice. If the account is not there, connect it again';
    return { kind: 'failed', error: new ToolcribError('conflict', { params: { problem } }), provider, return_to };
  }
  try {
    const credential_id = await connect(deps, principal, { flow, state, query });
    return { kind: 'connected', credential_id, return_to };
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError)) throw thrown;
    // With our own database away it stays in doubt whether a grant was given: the row says so when the person asks again.
    if (thrown.code !== 'database_unavailable') await deps.store.inTenant(flow.tenant_id, (db) => endFlow(db, flow));
    deps.log.info('connect-failed', { tenant_id: flow.tenant_id, provider, error: thrown });
    return { kind: 'failed', error: thrown, provider, return_to };
  }
}

/**
 * The flow, marked as taken. One that belongs to another person or session, or that was begun with another registration, is
 * taken as well, so that nobody can finish it: its answer is in a browser where it should not be.
 */
async function take(
  deps: FlowDeps,
  principal: Principal,
  { state, callback }: { readonly state: string; readonly callback: string },
): Promise<FlowRow> {
  const { tenant_id, user_id, via } = principal;
  const now = deps.clock.now();
  const taken = await deps.store.inTenant(tenant_id, async (db) => {
    const flow = await readFlow(db, tenant_id, hashOfToken(state));
    if (flow === undefined || flow.kind !== 'code') return undefined;
    const is_own = flow.user_id === user_id && flow.session_id === via.id && via.kind === 'session';
    const is_here = callback === (flow.oauth_client_id ?? flow.provider);
    if (is_own && is_here && (flow.taken_at !== null || flow.expires_at.getTime() > now)) {
      if (flow.taken_at === null) await takeFlow(db, flow, now);
      return flow;
    }
    await endFlow(db, flow);
    const target_id = flow.credential_id ?? flow.interaction_id ?? flow.user_id;
    const actor = actorOf(principal);
    await recordChange(db, deps, { tenant_id, actor, action: 'credential-refused', target_id });
    return undefined;
  });
  if (taken === undefined) throw new ToolcribError('not_found');
  return taken;
}

interface Answer {
  readonly flow: FlowRow;
  readonly state: string;
  readonly query: URLSearchParams;
}

async function connect(deps: FlowDeps, principal: Principal, { flow, state, query }: Answer): Promise<string> {
  requireStill(principal, flow);
  const { tenant_id, redirect_uri } = flow;
  const at = await deps.providerAt(tenant_id, flow);
  const vault = await deps.vault.of(tenant_id);
  const secrets = openFlow(vault, flow);
  if (at === undefined) throw new ProviderError(flow.provider, 'invalid_client');
  const { code_verifier, nonce } = secrets;
  const grant = await deps.endpoint.exchangeCode(at, { query, redirect_uri, state, code_verifier, nonce });
  return keepGrant(deps, principal, { flow, secrets, at, grant });
}

/** What the person was allowed when they began may be taken from them while they are at the provider. Throws `forbidden`. */
export function requireStill({ permissions }: Principal, { scope }: Pick<FlowRow, 'scope'>): void {
  const needed = ['credentials.write', ...(scope === 'shared' ? (['credentials.share'] as const) : [])] as const;
  const permission = needed.find((one) => !permissions.has(one));
  if (permission !== undefined) throw new ToolcribError('forbidden', { params: { permission } });
}

export interface GrantOfFlow {
  readonly flow: FlowRow;
  readonly secrets: FlowSecrets;
  readonly at: ProviderAt;
  readonly grant: Grant;
}

/** Saves what the provider has given, and ends the flow with it: as long as its row is there, it is not saved. */
export async function keepGrant(
  deps: FlowDeps,
  principal: Principal,
  { flow, secrets, at, grant }: GrantOfFlow,
): Promise<string> {
  const { tenant_id } = flow;
  const account = await deps.endpoint.accountOf(at, grant).catch((error: unknown) => {
    deps.log.warn('account-not-named', { tenant_id, provider: flow.provider, error });
    return null;
  });
  const vault = await deps.vault.of(tenant_id);
  const connection = { ...flow, is_named: secrets.is_named };
  const actor = actorOf(principal);
  const credential_id = await deps.store.inTenant(tenant_id, async (db) => {
    const saved = await saveGrant(deps, { db, vault }, { actor, connection, grant, account });
    await endFlow(db, flow);
    return saved;
  });
  deps.forgetIdentities();
  return credential_id;
}
