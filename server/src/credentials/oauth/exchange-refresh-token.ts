// The renewal itself, by whoever holds the lease: asks the provider, saves what it gives, then lets it be used. Whoever is
// late, because the lease was taken over meanwhile, neither overwrites nor ends what the winner has.
import { setTimeout as delay } from 'node:timers/promises';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { recordChange } from '../../ledger/changes.ts';
import { writeSecrets } from '../vault/secrets.ts';
import type { TenantVault } from '../vault/vault.ts';
import type { Grant, ProviderAt } from './endpoint.ts';
import type { GrantDeps } from './grant-deps.ts';
import { markBroken } from './grant-end.ts';
import { leaveLease, readGrantRow } from './grant-lease.ts';
import type { GrantPlace, GrantRow } from './grant-lease.ts';
import { ProviderError } from './provider-problem.ts';
import { pauseAfterFailure } from './renewal-times.ts';

/** The version of the credential that has the token now; `over`: there is none, and the credential says why. */
export type Outcome = number | 'over';

export interface ExchangeDeps extends GrantDeps {
  readonly at: ProviderAt;
  readonly tenant_vault: TenantVault;
}

export interface LeasedGrant {
  readonly place: GrantPlace;
  /** As it was when the lease was taken. */
  readonly row: GrantRow;
  readonly refresh_token: string;
  readonly owner: string;
  /** Monotonic milliseconds. */
  readonly taken_at: number;
}

export async function exchangeRefreshToken(deps: ExchangeDeps, leased: LeasedGrant): Promise<Outcome> {
  const { clock, endpoint, at } = deps;
  const bounds = { ...limits, ...deps.bounds };
  // A process that stood still must not send a token that another one may be sending by now.
  if (clock.monotonic() - leased.taken_at > bounds.grant_lease_ms / 4) {
    await giveUp(deps, leased, { in_doubt: leased.row.refresh_in_doubt, pause_ms: 0, reason: null });
    throw delayed(leased.row, 1_000);
  }
  let grant: Grant;
  try {
    grant = await endpoint.refreshGrant(at, leased.refresh_token);
  } catch (thrown) {
    return afterRefusal(deps, leased, thrown);
  }
  return saveUntil(deps, leased, { grant, end: leased.taken_at + bounds.grant_lease_ms });
}

async function afterRefusal(deps: ExchangeDeps, leased: LeasedGrant, thrown: unknown): Promise<Outcome> {
  const { row, owner, place } = leased;
  const problem = thrown instanceof ProviderError ? thrown.problem : 'unreachable';
  if (problem === 'invalid_grant') {
    const reason = row.refresh_in_doubt ? 'interrupted' : 'revoked';
    if (await markBroken(deps, place, { row, reason, owner })) return 'over';
    return whatCounts(deps, leased, undefined);
  }
  // The provider may have done what it was asked although it did not say so.
  const in_doubt = row.refresh_in_doubt || problem === 'unreachable' || problem === 'malformed';
  const pause_ms = pauseAfterFailure(row, deps.clock.now());
  deps.log.warn('grant-renewal-failed', { grant_id: row.id, tenant_id: place.tenant_id, problem, error: thrown });
  await giveUp(deps, leased, { in_doubt, pause_ms, reason: problem === 'invalid_client' ? 'client_refused' : null });
  throw problem === 'unreachable' ? delayed(row, pause_ms, thrown) : thrown;
}

/** Never throws: the error that led here is the one to tell. */
async function giveUp(
  deps: ExchangeDeps,
  { place, owner }: LeasedGrant,
  end: { readonly in_doubt: boolean; readonly pause_ms: number; readonly reason: string | null },
): Promise<void> {
  try {
    await deps.store.inTenant(place.tenant_id, (db) => leaveLease(db, place, { owner, ...end }));
  } catch (error) {
    deps.log.warn('grant-lease-kept', { grant_id: place.credential_id, error });
  }
}

/** Saves what the provider has given; tries again while the database is away, since the old refresh token may be used up. */
async function saveUntil(
  deps: ExchangeDeps,
  leased: LeasedGrant,
  { grant, end }: { readonly grant: Grant; readonly end: number },
): Promise<Outcome> {
  const bounds = { ...limits, ...deps.bounds };
  for (;;) {
    try {
      const is_saved = (await save(deps, leased, { grant, fence: 'owner' })) || (await rescue(deps, leased, grant));
      deps.log.debug('grant-renewed', { grant_id: leased.row.id, is_saved });
      return await whatCounts(deps, leased, grant);
    } catch (thrown) {
      const is_away = thrown instanceof ToolcribError && thrown.code === 'database_unavailable';
      if (!is_away) throw thrown;
      if (deps.clock.monotonic() > end) {
        deps.log.error('grant-not-saved', { grant_id: leased.row.id, tenant_id: leased.place.tenant_id });
        throw thrown;
      }
      await delay(bounds.grant_poll_last_ms);
    }
  }
}

/**
 * Somebody took the lease over and found the refresh token used up, by us: then what we have is the grant, if the provider
 * still takes it.
 */
async function rescue(deps: ExchangeDeps, leased: LeasedGrant, grant: Grant): Promise<boolean> {
  const { store, endpoint, at } = deps;
  const row = await store.inTenant(leased.place.tenant_id, (db) => readGrantRow(db, leased.place));
  if (row?.reason !== 'interrupted' || row.version !== leased.row.version) return false;
  if ((await endpoint.isAlive(at, grant.access_token)) !== true) return false;
  return save(deps, leased, { grant, fence: 'interrupted' });
}

/**
 * Whether it was saved: over the version that it was renewed from, by whoever has the lease, or where another process has
 * given the grant up.
 */
async function save(
  deps: ExchangeDeps,
  leased: LeasedGrant,
  { grant, fence }: { readonly grant: Grant; readonly fence: 'owner' | 'interrupted' },
): Promise<boolean> {
  const { store, clock, tenant_vault } = deps;
  const { tenant_id, credential_id } = leased.place;
  return store.inTenant(tenant_id, async (db) => {
    const update = db
      .updateTable('credential')
      .set({
        version: leased.row.version + 1,
        expires_at: grant.expires_at === null ? null : new Date(grant.expires_at),
        ...(grant.scopes === null ? {} : { granted_scopes: [...grant.scopes] }),
        refresh_owner: null,
        refresh_until: null,
        refresh_in_doubt: false,
        ...(leased.row.reason === null && fence === 'owner' ? {} : { reason: null }),
        ...(fence === 'owner' ? {} : { status: 'ok' as const }),
        updated_at: new Date(clock.now()),
      })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', credential_id)
      .where('version', '=', leased.row.version);
    const fenced =
      fence === 'owner'
        ? update.where('refresh_owner', '=', leased.owner)
        : update.where('status', '=', 'needs_reconnect').where('reason', '=', 'interrupted');
    const { numUpdatedRows } = await fenced.executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await writeSecrets(db, tenant_vault, { record_id: credential_id, fields: secretsOf(grant) });
    await recordChange(db, deps, {
      tenant_id,
      actor: 'server',
      action: 'credential-refreshed',
      target_id: credential_id,
    });
    return true;
  });
}

/** The fields of a grant as the vault keeps them. */
function secretsOf({ access_token, refresh_token, fields }: Grant): Readonly<Record<string, string>> {
  return { ...fields, access_token, ...(refresh_token === undefined ? {} : { refresh_token }) };
}

/**
 * What is in the database now, saved by us or by whoever was quicker. `grant` is ours: it is ended when nobody has the
 * credential any more. It is never ended otherwise: with it, the provider might end the winner's.
 */
async function whatCounts(deps: ExchangeDeps, leased: LeasedGrant, grant: Grant | undefined): Promise<Outcome> {
  const { store, endpoint, at } = deps;
  const { place, row: seen } = leased;
  const row = await store.inTenant(place.tenant_id, (db) => readGrantRow(db, place));
  const is_ended = row === undefined || (row.status === 'revoked' && row.version === seen.version);
  if (is_ended && grant !== undefined) {
    deps.log.warn('grant-renewed-too-late', { grant_id: seen.id });
    await endpoint.revokeToken(at, grant).catch((error: unknown) => {
      deps.log.error('grant-left-over', { grant_id: seen.id, tenant_id: place.tenant_id, error });
    });
  }
  if (row?.status !== 'ok') return 'over';
  // Somebody else is still at it.
  if (row.version === seen.version) throw delayed(seen, 1_000);
  return row.version;
}

function delayed({ name }: GrantRow, milliseconds: number, cause?: unknown): ToolcribError {
  const retry_after_s = Math.max(1, Math.ceil(milliseconds / 1_000));
  return new ToolcribError('refresh_delayed', { params: { credential: name }, retry_after_s, cause });
}
