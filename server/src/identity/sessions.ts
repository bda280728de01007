// Sessions: a person signed in with a browser. The cookie holds the secret, the table its hash.
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import type { IdentityDeps } from './api-keys.ts';
import type { MemberId } from './claimed-members.ts';
import { endForeignKeys } from './end-keys.ts';
import { hashOfToken, makeToken } from './token-text.ts';

export interface NewSession extends MemberId {
  /** How the person proved who they are. */
  readonly via: 'password' | 'sso' | 'invitation';
}

export interface StartedSession {
  readonly id: string;
  /** Goes into the cookie and is kept nowhere. */
  readonly text: string;
}

/** A session that can still be used. Times in milliseconds since 1970. */
export interface Session {
  readonly id: string;
  readonly user_id: string;
  readonly via: NewSession['via'];
  readonly created_at: number;
  readonly last_seen_at: number;
  readonly expires_at: number;
}

/** Begins a session, always with a text of its own: none that a browser brings is ever taken over. */
export function startSession(deps: IdentityDeps, session: NewSession): Promise<StartedSession> {
  return deps.store.inTenant(session.tenant_id, (db) => beginSession(db, deps, session));
}

/** The same in the caller's transaction. Keys that others have made for this person, and may still know, end. */
export async function beginSession(
  db: Database,
  deps: IdentityDeps,
  { tenant_id, user_id, via }: NewSession,
): Promise<StartedSession> {
  const { text } = makeToken('ts', tenant_id);
  const id = deps.ids.uuid();
  const now = deps.clock.now();
  await db
    .deleteFrom('session')
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .where('expires_at', '<', new Date(now - limits.session_kept_ms))
    .execute();
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
  await endForeignKeys(db, deps, { tenant_id, user_id, actor });
  return { id, text };
}

/** The sessions of a member that can still be used, newest first. */
export async function listSessions(deps: IdentityDeps, { tenant_id, user_id }: MemberId): Promise<readonly Session[]> {
  const now = deps.clock.now();
  const rows = await deps.store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('session')
      .select(['id', 'user_id', 'via', 'created_at', 'last_seen_at', 'expires_at'])
      .where('tenant_id', '=', tenant_id)
      .where('user_id', '=', user_id)
      .where('ended_at', 'is', null)
      .where('expires_at', '>', new Date(now))
      .where('last_seen_at', '>=', new Date(now - limits.session_idle_ms))
      .orderBy('id', 'desc')
      .limit(1_000)
      .execute(),
  );
  return rows.map((row) => ({
    ...row,
    created_at: row.created_at.getTime(),
    last_seen_at: row.last_seen_at.getTime(),
    expires_at: row.expires_at.getTime(),
  }));
}

/** Whose sessions: one person's, or everybody's in the tenant. */
export interface SessionOwner {
  readonly tenant_id: string;
  readonly user_id: string | undefined;
}

interface EndingSession extends SessionOwner {
  readonly id: string;
  /** Whether the person ends the one in which they ask. */
  readonly action?: 'session-ended' | 'signed-out';
}

/** Ends a session. Ending one twice is no error. Throws `not_found` for one that the owner does not have. */
export async function endSession(
  deps: IdentityDeps,
  actor: Actor,
  { tenant_id, user_id, id, action = 'session-ended' }: EndingSession,
): Promise<void> {
  await deps.store.inTenant(tenant_id, async (db) => {
    const one = db.selectFrom('session').where('tenant_id', '=', tenant_id).where('id', '=', id);
    const mine = user_id === undefined ? one : one.where('user_id', '=', user_id);
    const found = await mine.select('ended_at').forUpdate().executeTakeFirst();
    if (found === undefined) throw new ToolcribError('not_found');
    if (found.ended_at !== null) return;
    await db
      .updateTable('session')
      .set({ ended_at: new Date(deps.clock.now()) })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .execute();
    await recordChange(db, deps, { tenant_id, actor, action, target_id: id });
  });
}

/** Ends every session of a person but one, in the caller's transaction. */
export async function endOtherSessions(
  db: Database,
  deps: IdentityDeps,
  { tenant_id, user_id, actor, keep }: MemberId & { readonly actor: Actor; readonly keep: string | undefined },
): Promise<void> {
  const all = db
    .updateTable('session')
    .set({ ended_at: new Date(deps.clock.now()) })
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .where('ended_at', 'is', null);
  const others = keep === undefined ? all : all.where('id', '<>', keep);
  const ended = await others.returning('id').execute();
  for (const { id } of ended)
    await recordChange(db, deps, { tenant_id, actor, action: 'session-ended', target_id: id });
}
