// The keys of one issuer: fetched when they are first needed, fetched again when they grow old or when a token names a key
// that is not among them. However many tokens come, there is one fetch at a time and few in a row.
import { createLocalJWKSet } from 'jose';
import type { LocalJWKSet } from 'jose';
import type { Clock } from '../../base/clock.ts';
import { ToolcribError } from '../../base/errors.ts';
import { canonicalJson } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { IssuerKeys } from './discover.ts';

/** The keys of an issuer, the same object for as long as they stay the same. */
export interface HeldKeys {
  readonly issuers: readonly string[];
  readonly find: LocalJWKSet;
}

export interface KeyHolderOptions {
  /** Of the auth service, for errors and the log. */
  readonly service: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly load: () => Promise<IssuerKeys>;
}

export class KeyHolder {
  readonly #options: KeyHolderOptions;
  #held: HeldKeys | undefined;
  /** Of what is held. */
  #text = '';
  #fetched_at = 0;
  #fetching: Promise<HeldKeys> | undefined;
  /** Fetches that may be made at once; they come back with time. */
  #fetches: number = limits.issuer_fetches;
  #refilled_at: number;

  constructor(options: KeyHolderOptions) {
    this.#options = options;
    this.#refilled_at = options.clock.monotonic();
  }

  /** The keys as far as they are known. Throws `issuer_unavailable` when there are none, or none that may still be used. */
  async current(): Promise<HeldKeys> {
    const held = this.#held;
    if (held === undefined) return this.#fetch();
    const age_ms = this.#now() - this.#fetched_at;
    if (age_ms >= limits.issuer_keys_kept_ms) return this.#fetch();
    // Whoever comes first after the time starts a fetch and does not wait for it.
    if (age_ms >= limits.issuer_keys_fresh_ms) this.#fetch().catch(() => undefined);
    return held;
  }

  /** Keys that are newer than these, in which a key was not found. Throws `issuer_unavailable` when there is no asking now. */
  async newerThan(keys: HeldKeys): Promise<HeldKeys> {
    return this.#held === undefined || this.#held === keys ? this.#fetch() : this.#held;
  }

  /** Whether these are still the newest. */
  holds(keys: HeldKeys): boolean {
    return this.#held === keys;
  }

  async #fetch(): Promise<HeldKeys> {
    if (this.#fetching !== undefined) return this.#fetching;
    if (!this.#takeFetch()) throw this.#unavailable(undefined);
    this.#fetching = this.#fetchNow();
    try {
      return await this.#fetching;
    } finally {
      this.#fetching = undefined;
    }
  }

  async #fetchNow(): Promise<HeldKeys> {
    const { service, log, load } = this.#options;
    try {
      const fetched = await load();
      const text = canonicalJson(fetched);
      if (this.#held === undefined || text !== this.#text) {
        this.#held = { issuers: fetched.issuers, find: createLocalJWKSet(fetched.key_set) };
        this.#text = text;
      }
      this.#fetched_at = this.#now();
      return this.#held;
    } catch (error) {
      log.warn('issuer-unavailable', { service, error });
      throw this.#unavailable(error);
    }
  }

  #takeFetch(): boolean {
    const now = this.#now();
    const earned = Math.floor((now - this.#refilled_at) / limits.issuer_refetch_ms);
    if (earned > 0) {
      this.#fetches = Math.min(limits.issuer_fetches, this.#fetches + earned);
      this.#refilled_at += earned * limits.issuer_refetch_ms;
    }
    if (this.#fetches === 0) return false;
    this.#fetches -= 1;
    return true;
  }

  #unavailable(cause: unknown): ToolcribError {
    return new ToolcribError('issuer_unavailable', { params: { service: this.#options.service }, cause });
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }
}
