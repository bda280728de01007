// Renews access tokens before they end (credentials.md §4, attack A27). One renewal at a time for each grant: inside of this
// process by a shared promise, across processes by the lease of grant-lease.ts. A token is used only after it is saved.
import { setTimeout as delay } from 'node:timers/promises';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { readSecrets } from '../vault/secrets.ts';
import type { TenantVault } from '../vault/vault.ts';
import { exchangeRefreshToken } from './exchange-refresh-token.ts';
import type { GrantAccess, GrantDeps } from './grant-deps.ts';
import { markBroken } from './grant-end.ts';
import { readGrantRow, takeLease } from './grant-lease.ts';
import type { GrantPlace, GrantRow } from './grant-lease.ts';
import { ProviderError } from './provider-problem.ts';
import { isDue, isGood, isNew } from './renewal-times.ts';

export interface GrantKeeper {
  /**
   * An access token that can be used now, renewed first when it is about to end. Throws `credential_refused` (it must be
   * connected again), `refresh_delayed`, `provider_failed`, `not_found`, `vault_unavailable`, `database_unavailable`.
   */
  fresh(place: GrantPlace): Promise<GrantAccess>;
  /**
   * A service has refused the access token of this version. What has replaced it meanwhile, else what one renewal gives;
   * undefined: that cannot help. Throws as `fresh` does, but for `credential_refused`.
   */
  renew(place: GrantPlace, refused_version: number): Promise<GrantAccess | undefined>;
  /** Waits for the renewals under way: what a provider has given must be saved. */
  close(): Promise<void>;
}

export function createGrantKeeper(deps: GrantDeps): GrantKeeper {
  const flights = new Map<string, Promise<GrantAccess>>();
  const closing = new AbortController();

  /** One renewal at a time in this process. */
  const fly = (place: GrantPlace, seen: Grant, forced: boolean): Promise<GrantAccess> => {
    const key = keyOf(place);
    let flight = flights.get(key);
    if (flight === undefined) {
      flight = obtain(deps, { place, seen, forced, signal: closing.signal }).finally(() => flights.delete(key));
      flights.set(key, flight);
    }
    return flight;
  };

  return {
    fresh: async (place) => {
      const seen = await readGrant(deps, place);
      requireUsable(seen.row);
      if (!isDue(seen.row, deps.clock.now())) return accessOf(seen);
      // The others use what still works meanwhile.
      if (isGood(seen.row, deps.clock.now()) && flights.has(keyOf(place))) return accessOf(seen);
      try {
        return await fly(place, seen, false);
      } catch (thrown) {
        const is_over = thrown instanceof ToolcribError && thrown.code === 'credential_refused';
        if (is_over || !isGood(seen.row, deps.clock.now())) throw thrown;
        return accessOf(seen);
      }
    },
    renew: async (place, refused_version) => {
      const seen = await readGrant(deps, place);
      if (seen.row.status !== 'ok') return undefined;
      if (seen.row.version !== refused_version) return accessOf(seen);
      if (!(await canHelp(deps, place, seen))) return undefined;
      const access = await fly(place, seen, true).catch((thrown: unknown) => {
        if (thrown instanceof ToolcribError && thrown.code === 'credential_refused') return undefined;
        throw thrown;
      });
      return access !== undefined && access.version > refused_version ? access : undefined;
    },
    close: async () => {
      closing.abort();
      await Promise.allSettled(flights.values());
    },
  };
}

interface Grant {
  readonly row: GrantRow;
  readonly secrets: Readonly<Record<string, string>>;
}

interface Renewal {
  readonly place: GrantPlace;
  readonly seen: Grant;
  /** The token was refused: what it says of its end does not count. */
  readonly forced: boolean;
  readonly signal: AbortSignal;
}

function keyOf({ tenant_id, credential_id }: GrantPlace): string {
  return `${tenant_id}/${credential_id}`;
}

async function readGrant({ store, vault }: GrantDeps, place: GrantPlace): Promise<Grant> {
  const opened = await vault.of(place.tenant_id);
  return store.inTenant(place.tenant_id, async (db) => {
    const row = await readGrantRow(db, place);
    if (row === undefined) throw new ToolcribError('not_found');
    return { row, secrets: await readSecrets(db, opened, place.credential_id) };
  });
}

function requireUsable({ status, name }: Pick<GrantRow, 'status' | 'name'>): void {
  if (status !== 'ok') throw new ToolcribError('credential_refused', { params: { credential: name } });
}

function accessOf({ row, secrets }: Grant): GrantAccess {
  return { version: row.version, expires_at: row.expires_at, secrets };
}

/** Whether a renewal could help against a refusal; where the grant itself is dead, it is marked. */
async function canHelp(deps: GrantDeps, place: GrantPlace, { row, secrets }: Grant): Promise<boolean> {
  const has_refresh_token = secrets['refresh_token'] !== undefined;
  if (has_refresh_token && !isNew(row, deps.clock.now())) return true;
  const at = await deps.providerAt(place.tenant_id, row);
  const alive = at && (await deps.endpoint.isAlive(at, secrets['access_token'] ?? ''));
  if (has_refresh_token) return alive === false;
  if (alive !== true) await markBroken(deps, place, { row, reason: 'revoked' });
  return false;
}

/** Renews the grant, or waits until somebody else has. */
async function obtain(deps: GrantDeps, { place, seen, forced, signal }: Renewal): Promise<GrantAccess> {
  const { clock } = deps;
  const bounds = { ...limits, ...deps.bounds };
  const vault = await deps.vault.of(place.tenant_id);
  const at = await deps.providerAt(place.tenant_id, seen.row);
  if (at === undefined) throw new ProviderError(seen.row.provider ?? '', 'malformed');
  const end = clock.monotonic() + bounds.grant_wait_ms;
  for (let wait_ms = bounds.grant_poll_first_ms; ; wait_ms = Math.min(wait_ms * 2, bounds.grant_poll_last_ms)) {
    const step = await takeTurn(deps, vault, { place, seen, forced });
    switch (step.kind) {
      case 'there':
        return accessOf(step.grant);
      case 'broken':
        await markBroken(deps, place, step);
        throw new ToolcribError('credential_refused', { params: { credential: step.row.name } });
      case 'failed_lately':
        throw step.error;
      case 'ours':
        return exchangeRefreshToken({ ...deps, at, tenant_vault: vault }, { ...step.grant, ...step, place });
      case 'theirs': {
        if (!forced && isGood(seen.row, clock.now())) return accessOf(seen);
        if (clock.monotonic() >= end || signal.aborted) throw delayed(seen.row, bounds.grant_poll_last_ms);
        await delay(wait_ms, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

type Turn =
  | { readonly kind: 'there'; readonly grant: Grant }
  | { readonly kind: 'broken'; readonly row: GrantRow; readonly reason: 'no_refresh_token' }
  | { readonly kind: 'failed_lately'; readonly error: ToolcribError }
  | { readonly kind: 'theirs' }
  | { readonly kind: 'ours'; readonly grant: Grant; readonly owner: string; readonly taken_at: number };

/** One look at the grant, with its row locked for that moment; takes the lease when it is free. */
async function takeTurn(
  { store, clock, ids, bounds }: GrantDeps,
  vault: TenantVault,
  { place, seen, forced }: Omit<Renewal, 'signal'>,
): Promise<Turn> {
  const { grant_lease_ms } = { ...limits, ...bounds };
  // Before the lease begins, so that what is counted from here is never too long.
  const taken_at = clock.monotonic();
  return store.inTenant(place.tenant_id, async (db): Promise<Turn> => {
    const row = await readGrantRow(db, place, { lock: true });
    if (row === undefined) throw new ToolcribError('not_found');
    requireUsable(row);
    const grant = { row, secrets: await readSecrets(db, vault, place.credential_id) };
    if (row.version !== seen.row.version) return { kind: 'there', grant };
    if (grant.secrets['refresh_token'] === undefined) {
      if (isGood(row, clock.now())) return { kind: 'there', grant };
      return { kind: 'broken', row, reason: 'no_refresh_token' };
    }
    if (row.leased_ms > 0 && row.refresh_owner !== null) return { kind: 'theirs' };
    if (row.leased_ms > 0) return { kind: 'failed_lately', error: failedLately(row) };
    if (!forced && !isDue(row, clock.now())) return { kind: 'there', grant };
    const owner = ids.uuid();
    await takeLease(db, place, { owner, lease_ms: grant_lease_ms, in_doubt: true });
    return { kind: 'ours', grant, owner, taken_at };
  });
}

function failedLately(row: GrantRow): ToolcribError {
  if (row.reason === 'client_refused') return new ProviderError(row.provider ?? '', 'invalid_client');
  return delayed(row, row.leased_ms);
}

function delayed({ name }: GrantRow, milliseconds: number): ToolcribError {
  const retry_after_s = Math.max(1, Math.ceil(milliseconds / 1_000));
  return new ToolcribError('refresh_delayed', { params: { credential: name }, retry_after_s });
}
