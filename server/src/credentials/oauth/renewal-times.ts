// When an access token is renewed, and when again after that has failed. Pure.
import { limits } from '../../base/limits.ts';

export interface TokenTimes {
  /** Milliseconds since 1970; null: the provider did not say, so it is renewed when it is refused. */
  readonly expires_at: number | null;
  /** When it was saved. A later change of the credential makes its life look shorter, which does no harm. */
  readonly saved_at: number;
}

/** Whether it is to be renewed before it is used: a minute before its end, or at half of a short life. */
export function isDue(times: TokenTimes, now: number): boolean {
  return now >= dueAt(times);
}

export function dueAt({ expires_at, saved_at }: TokenTimes): number {
  if (expires_at === null) return Infinity;
  return expires_at - Math.min(limits.grant_margin_ms, Math.max(0, (expires_at - saved_at) / 2));
}

/** Whether the token can be used although it is due. */
export function isGood({ expires_at }: Pick<TokenTimes, 'expires_at'>, now: number): boolean {
  return expires_at === null || expires_at > now;
}

/** Whether the provider has just given it: then a service that refuses it would refuse the next one as well. */
export function isNew({ expires_at, saved_at }: TokenTimes, now: number): boolean {
  const life = expires_at === null ? Infinity : expires_at - saved_at;
  return now - saved_at < Math.min(limits.grant_new_ms, life / 2);
}

/** How long after a failure: as long as it has been due, so that the waits double without anybody counting. */
export function pauseAfterFailure(times: TokenTimes, now: number): number {
  const overdue = now - Math.min(now, dueAt(times));
  return Math.min(limits.grant_pause_last_ms, Math.max(limits.grant_pause_first_ms, overdue));
}
