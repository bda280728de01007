// Sessions: a person signed in with a browser. The cookie holds the secret, the table its hash.
import { recordChange } from '../ledger/changes.ts';
import { limits } from '../base/limits.ts';
import type { IdentityDeps } from './api-keys.ts';
import { hashOfToken, makeToken } from './token-text.ts';

export interface NewSession {
  readonly tenant_id: string;
  readonly user_id: string;
  /** How the person proved who they are. */
  readonly via: 'password' | 'sso' | 'invitation';
}

/** Begins a session; `text` goes into the cookie and is kept nowhere. */
export async function startSession(
  deps: IdentityDeps,
  { tenant_id, user_id, via }: NewSession,
): Promise<{ readonly id: string; readonly text: string }> {
  const { text } = makeToken('ts', tenant_id);
  const id = deps.ids.uuid();
  const now = deps.clock.now();
  await deps.store.inTenant(tenant_id, async (db) => {
    const row = {
      tenant_id,
      id,
      user_id,
      token_hash: hashOfToken(text),
      via,
      created_at: new Date(now),
      last_seen_at: new Date(now),
      expires_at: new Date(now + limits.session_ms),
      ended_at: null,
    };
    await db.insertInto('session').values(row).execute();
    const actor = { user_id, via: 'session', via_id: id } as const;
    await recordChange(db, deps, { tenant_id, actor, action: 'signed-in', target_id: user_id });
  });
  return { id, text };
}
