// The vault as the rest of the server sees it. Secrets go in as plaintext and come out for one use; nothing else of the
// product ever holds a key.
import type { Database } from '../../store/scope.ts';

/** What a sealed text is bound to (associated data): it opens nowhere else. */
export interface SealedAt {
  /** Id of the record that it belongs to: a credential, an OAuth client, a variable, a flow. */
  readonly record_id: string;
  readonly field: string;
}

/** The vault of one tenant, with its data key in memory: everything here is synchronous. */
export interface TenantVault {
  readonly tenant_id: string;
  /** AES-256-GCM; the tenant is bound beside record and field. */
  seal(at: SealedAt, plaintext: string): Buffer;
  /** Throws `vault_unavailable` when it was not sealed here for this place. */
  open(at: SealedAt, sealed: Buffer): string;
  /** HMAC-SHA-256 in hex with a key of the tenant that is made for this alone: for texts that are guessable. */
  digest(text: string): string;
}

export interface Vault {
  /**
   * The tenant's vault; a promise only when its key is not in memory. Must not be called inside a transaction (the store
   * cannot be nested). Throws `vault_unavailable`, with the cause for the log, and `database_unavailable`.
   */
  of(tenant_id: string): TenantVault | Promise<TenantVault>;
}

/** Writes these fields of a record, in the caller's transaction; the record's other fields stay. */
export type WriteSecrets = (
  db: Database,
  vault: TenantVault,
  record: { readonly record_id: string; readonly fields: Readonly<Record<string, string>> },
) => Promise<void>;

/** Every field of a record in plaintext, in the caller's transaction. Throws `vault_unavailable`. */
export type ReadSecrets = (
  db: Database,
  vault: TenantVault,
  record_id: string,
) => Promise<Readonly<Record<string, string>>>;

/** Deletes every field of a record, in the caller's transaction. */
export type DeleteSecrets = (db: Database, tenant_id: string, record_id: string) => Promise<void>;
