// Remembers which tokens were verified, so that the next call with the same one costs a digest instead of a signature. Keeps
// digests, never tokens.
import { hash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { limits } from '../../base/limits.ts';
import type { Claims } from '../../catalog/auth-service.ts';
import type { HeldKeys } from './key-holder.ts';

interface Verified {
  readonly claims: Claims;
  /** The keys that vouch for it. */
  readonly keys: HeldKeys;
  readonly until: number;
}

export class VerifiedTokens {
  readonly #clock: Clock;
  /** By digest, the one verified longest ago first. */
  readonly #by_digest = new Map<string, Verified>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The claims of a token that was verified with keys that are still the newest, if it has not expired meanwhile. */
  find(token: string, isNewest: (keys: HeldKeys) => boolean): Claims | undefined {
    const digest = digestOf(token);
    const verified = this.#by_digest.get(digest);
    if (verified === undefined) return undefined;
    if (this.#clock.now() < verified.until && isNewest(verified.keys)) return verified.claims;
    this.#by_digest.delete(digest);
    return undefined;
  }

  /** `expires_at` in milliseconds of the wall clock. */
  add(
    token: string,
    verified: { readonly claims: Claims; readonly keys: HeldKeys; readonly expires_at: number },
  ): void {
    const { claims, keys, expires_at } = verified;
    const until = Math.min(expires_at, this.#clock.now() + limits.token_cache_ms);
    this.#by_digest.set(digestOf(token), { claims, keys, until });
    const [oldest] = this.#by_digest.keys();
    if (this.#by_digest.size > limits.token_cache_entries && oldest !== undefined) this.#by_digest.delete(oldest);
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64');
}
