// The port to whoever holds the master keys: a file, a list, or a key management service. Master keys never leave it.

/** What a wrapped key is bound to: it unwraps for nothing else. A KMS takes it as its encryption context. */
export interface WrapContext {
  readonly tenant_id: string;
  readonly data_key_id: string;
}

export interface WrappedKey {
  /** Id of the master key; for a KMS the name of the key there. Not secret, at most 200 characters. */
  readonly master_key_id: string;
  readonly wrapped: Buffer;
}

export interface MasterKeys {
  /** Id of the key that wraps from now on. */
  current(): string;
  /** Another number after each change of the keys that are configured. */
  version(): number;
  /** Wraps with the current key. Throws `vault_unavailable`. */
  wrap(context: WrapContext, key: Buffer): Promise<WrappedKey>;
  /** Throws `vault_key_missing` when its key is not there, `vault_unavailable` when it was not wrapped for this. */
  unwrap(context: WrapContext, wrapped: WrappedKey): Promise<Buffer>;
  /** Whether what this key has wrapped could be unwrapped now. */
  has(master_key_id: string): Promise<boolean>;
  /** Looks again which keys there are. Never rejects: what cannot be used is logged, and the keys stay as they were. */
  refresh(): Promise<void>;
  /** Nothing is wrapped by another key than the current one any more: what is not configured now can be forgotten. */
  forgetRemoved(): void;
}
