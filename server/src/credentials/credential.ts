// What a credential is, without its secrets, and what a tool needs of one. The words of credentials.md §1.
import type { CredentialStrategy } from '@toolcrib/client';

export type { CredentialStrategy };

/** All that the choice among credentials may depend on; no secret, nothing that changes with use. */
export interface CredentialFacts {
  readonly id: string;
  readonly name: string;
  /** Which kind of account: `github`, or the name of a source. */
  readonly system: string;
  readonly strategy: CredentialStrategy;
  readonly scope: 'private' | 'shared';
  /** The owner. */
  readonly user_id: string;
  readonly status: 'ok' | 'expired' | 'needs_reconnect' | 'revoked';
  /** Who it is at the provider. */
  readonly account: string | null;
  /** Of OAuth; null when the provider did not say. */
  readonly granted_scopes: readonly string[] | null;
  readonly version: number;
}

/** What a tool needs of the caller. */
export interface CredentialNeed {
  /** Systems whose accounts fit: its own first, then those that are compatible. */
  readonly systems: readonly string[];
  /** In the order in which they are offered. */
  readonly strategies: readonly CredentialStrategy[];
  /** OAuth scopes that a grant must have. */
  readonly scopes: readonly string[];
}

/** An account in plaintext, for one call. */
export interface CallerCredential {
  readonly id: string;
  /** Changes whenever the account does. */
  readonly version: string;
  /**
   * By the names that sources use: `token` of the strategies token and oauth2 (the access token), `user` and `password` of
   * username_password, the fields' own names of custom.
   */
  readonly account: Readonly<Record<string, string>>;
}
