// Renews access tokens before they end (credentials.md §4, attack A27). One renewal at a time for each grant: inside of this
// process by a shared promise, across processes by the lease of grant-lease.ts. A token is used only after it is saved.
import { setTimeout as delay } from 'node:timers/promises';
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { GrantRenewer } from '../resolver.ts';
import { readSecrets } from '../vault/secrets.ts';
import type { TenantVault } from '../vault/vault.ts';
import { exchangeRefreshToken } from './exchange-refresh-token.ts';
import type { Outcome } from './exchange-refresh-token.ts';
import type { GrantDeps } from './grant-deps.ts';
import { markBroken } from './grant-end.ts';
import { readGrantRow, takeLease } from './grant-lease.ts';
import type { GrantPlace, GrantRow } from './grant-lease.ts';
import { ProviderError } from './provider-problem.ts';
import { isDue, isGood, isNew } from './renewal-times.ts';

export interface GrantKeeper extends GrantRenewer {
  /** Waits for the renewals under way: what a provider has given must be saved. */
  close(): Promise<void>;
}

/**
 * Keeps grants alive. `renew` throws `refresh_delayed`, `provider_failed`, `vault_unavailable`, `database_unavailable`;
 * never while the access token still works, unless a service has refused it.
 */
export function createGrantKeeper(deps: GrantDeps): GrantKeeper {
  const flights = new Map<string, Promise<Outcome>>();
  const closing = new AbortController();

  /** One renewal at a time in this process. */
  const fly = (renewal: Omit<Renewal, 'signal'>): Promise<Outcome> => {
    const key = keyOf(renewal.place);
    let flight = flights.get(key);
    if (flight === undefined) {
      flight = obtain(deps, { ...renewal, signal: closing.signal }).finally(() => flights.delete(key));
      flights.set(key, flight);
    }
    return flight;
  };

  const renewDue = async (place: GrantPlace, seen: GrantRow): Promise<boolean> => {
    if (!isDue(seen, deps.clock.now())) return true;
    // The others use what still works meanwhile.
    if (isGood(seen, deps.clock.now()) && flights.has(keyOf(place))) return true;
    try {
      return (await fly({ place, seen, forced: false })) !== 'over';
    } catch (thrown) {
      if (isGood(seen, deps.clock.now())) return true;
      throw thrown;
    }
  };

  const renewRefused = async (place: GrantPlace, seen: GrantRow): Promise<boolean> => {
    if (!(await canHelp(deps, place, seen))) return false;
    const version = await fly({ place, seen, forced: true });
    return version !== 'over' && version > seen.version;
  };

  return {
    renew: async ({ refused_version, ...place }) => {
      const seen = await deps.store.inTenant(place.tenant_id, (db) => readGrantRow(db, place));
      if (seen?.status !== 'ok') return false;
      if (refused_version === undefined) return renewDue(place, seen);
      return seen.version !== refused_version || renewRefused(place, seen);
    },
    close: async () => {
      closing.abort();
      await Promise.allSettled(flights.values());
    },
  };
}

interface Renewal {
  readonly place: GrantPlace;
  readonly seen: GrantRow;
  /** The token was refused: what it says of its end does not count. */
  readonly forced: boolean;
  readonly signal: AbortSignal;
}

function keyOf({ tenant_id, credential_id }: GrantPlace): string {
  return `${tenant_id}/${credential_id}`;
}

/** Whether a renewal could help against a refusal; where the grant itself is dead, it is marked. */
async function canHelp(deps: GrantDeps, place: GrantPlace, row: GrantRow): Promise<boolean> {
  const vault = await deps.vault.of(place.tenant_id);
  const { refresh_token, access_token = '' } = await deps.store.inTenant(place.tenant_id, (db) =>
    readSecrets(db, vault, place.credential_id),
  );
  if (refresh_token !== undefined && !isNew(row, deps.clock.now())) return true;
  // Another new token would be refused as well, unless the provider itself refuses this one.
  const at = await deps.providerAt(place.tenant_id, row);
  const alive = at && (await deps.endpoint.isAlive(at, access_token));
  if (refresh_token !== undefined) return alive === false;
  if (alive !== true) await markBroken(deps, place, { row, reason: 'revoked' });
  return false;
}

/** Renews the grant, or waits until somebody else has. */
async function obtain(deps: GrantDeps, { place, seen, forced, signal }: Renewal): Promise<Outcome> {
  const { clock } = deps;
  const bounds = { ...limits, ...deps.bounds };
  const vault = await deps.vault.of(place.tenant_id);
  const at = await deps.providerAt(place.tenant_id, seen);
  if (at === undefined) throw new ProviderError(seen.provider ?? '', 'malformed');
  const end = clock.monotonic() + bounds.grant_wait_ms;
  for (let wait_ms = bounds.grant_poll_first_ms; ; wait_ms = Math.min(wait_ms * 2, bounds.grant_poll_last_ms)) {
    const turn = await takeTurn(deps, vault, { place, seen });
    switch (turn.kind) {
      case 'there':
        return turn.version;
      case 'over':
        return 'over';
      case 'hopeless':
        await markBroken(deps, place, { row: seen, reason: 'no_refresh_token' });
        return 'over';
      case 'failed_lately':
        throw turn.error;
      case 'ours':
        return exchangeRefreshToken({ ...deps, at, tenant_vault: vault }, { ...turn, place });
      case 'theirs': {
        if (!forced && isGood(seen, clock.now())) return seen.version;
        if (clock.monotonic() >= end || signal.aborted) throw delayed(seen, bounds.grant_poll_last_ms);
        await delay(wait_ms, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

type Turn =
  | { readonly kind: 'there'; readonly version: number }
  | { readonly kind: 'over' }
  | { readonly kind: 'hopeless' }
  | { readonly kind: 'failed_lately'; readonly error: ToolcribError }
  | { readonly kind: 'theirs' }
  | {
      readonly kind: 'ours';
      readonly row: GrantRow;
      readonly refresh_token: string;
      readonly owner: string;
      readonly taken_at: number;
    };

/** One look at the grant, with its row locked for that moment; takes the lease when it is free. */
async function takeTurn(
  { store, clock, ids, bounds }: GrantDeps,
  vault: TenantVault,
  { place, seen }: Pick<Renewal, 'place' | 'seen'>,
): Promise<Turn> {
  const { grant_lease_ms } = { ...limits, ...bounds };
  // Before the lease begins, so that what is counted from here is never too short.
  const taken_at = clock.monotonic();
  return store.inTenant(place.tenant_id, async (db): Promise<Turn> => {
    const row = await readGrantRow(db, place, { lock: true });
    if (row?.status !== 'ok') return { kind: 'over' };
    if (row.version !== seen.version) return { kind: 'there', version: row.version };
    const { refresh_token } = await readSecrets(db, vault, place.credential_id);
    if (refresh_token === undefined) {
      return isGood(row, clock.now()) ? { kind: 'there', version: row.version } : { kind: 'hopeless' };
    }
    if (row.leased_ms > 0 && row.refresh_owner !== null) return { kind: 'theirs' };
    if (row.leased_ms > 0) return { kind: 'failed_lately', error: failedLately(row) };
    const owner = ids.uuid();
    await takeLease(db, place, { owner, lease_ms: grant_lease_ms, in_doubt: true });
    return { kind: 'ours', row, refresh_token, owner, taken_at };
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
