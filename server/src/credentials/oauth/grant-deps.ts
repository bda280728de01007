// What renewing and ending grants needs from the rest of the server.
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import type { Vault } from '../vault/vault.ts';
import type { ProviderAt, ProviderEndpoint } from './endpoint.ts';

export interface GrantDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly vault: Vault;
  readonly endpoint: ProviderEndpoint;
  readonly providerAt: FindProvider;
  /** By default those of limits.ts. */
  readonly bounds?: Partial<GrantBounds>;
}

/**
 * The provider of a grant with the registration that it was made with; undefined when either is gone. Must not be called
 * inside a transaction.
 */
export type FindProvider = (tenant_id: string, grant: GrantOrigin) => Promise<ProviderAt | undefined>;

export interface GrantOrigin {
  readonly provider: string | null;
  readonly oauth_client_id: string | null;
  readonly options: Readonly<Record<string, string>>;
}

export type GrantBounds = Readonly<
  Record<
    | 'grant_lease_ms'
    | 'grant_wait_ms'
    | 'grant_poll_first_ms'
    | 'grant_poll_last_ms'
    | 'revocation_checks'
    | 'revocation_check_ms',
    number
  >
>;
