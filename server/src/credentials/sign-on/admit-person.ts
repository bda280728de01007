// Who may come in, once an issuer has said who it is: whoever came by it before, else whoever's address it has verified and
// who is a member, invited, or of one of its domains. It makes and opens no owner, since an admin chooses the issuer, and nothing
// reaches beyond the tenant.
import { sql } from 'kysely';
import { ToolcribError } from '../../base/errors.ts';
import { isClaimed } from '../../identity/claimed-members.ts';
import { isStillGiven, memberOf, withdrawInvitationsTo } from '../../identity/invitations.ts';
import { refuseTooMany } from '../../identity/members.ts';
import { isServiceAddress } from '../../identity/service-address.ts';
import { beginSession } from '../../identity/sessions.ts';
import type { StartedSession } from '../../identity/sessions.ts';
import { recordChange } from '../../ledger/changes.ts';
import type { Database } from '../../store/scope.ts';
import type { Claims } from './issuers.ts';
import type { SignOn, SignOnDeps } from './sign-ons.ts';

type Deps = Pick<SignOnDeps, 'store' | 'clock' | 'ids'>;

export interface Newcomer {
  readonly tenant_id: string;
  readonly sign_on: Pick<SignOn, 'id' | 'domains' | 'role'>;
  readonly claims: Claims;
  /** The member who is signed in with this browser already. */
  readonly signed_in: string | undefined;
}

const refusals = {
  unverified: {
    problem: 'the issuer does not say that it has verified your e-mail address',
    hint: 'Verify the address there, or ask an admin of your organisation.',
  },
  unknown: {
    problem: 'nobody has invited your e-mail address here',
    hint: 'Ask an admin of your organisation for an invitation, then sign in again.',
  },
  claimed: {
    problem: 'there is an account with your e-mail address that is opened in another way',
    hint: 'Sign in to it as before, then open this sign-in again in the same browser: from then on it opens the account too.',
  },
  owner: {
    problem:
      'your e-mail address is that of an owner, or invited to become one, and this alone does not open such an account',
    hint: 'Come in by the link of your invitation first, then open this sign-in again in the same browser.',
  },
  other_subject: {
    problem: 'the account with your e-mail address belongs to somebody else at this issuer',
    hint: 'Ask an admin of your organisation: they remove the old account or correct the address.',
  },
} as const;

function refuse(reason: keyof typeof refusals): never {
  throw new ToolcribError('sign_on_refused', { params: refusals[reason] });
}

/** Begins a session of the member who it is, in the caller's transaction. Throws `sign_on_refused`, `conflict`. */
export async function admitPerson(db: Database, deps: Deps, newcomer: Newcomer): Promise<StartedSession> {
  const { tenant_id, sign_on, claims } = newcomer;
  const known = await db
    .selectFrom('sign_on_subject')
    .select('user_id')
    .where('tenant_id', '=', tenant_id)
    .where('sign_on_id', '=', sign_on.id)
    .where('subject', '=', claims.subject)
    .executeTakeFirst();
  if (known !== undefined) return beginSession(db, deps, { tenant_id, user_id: known.user_id, via: 'sso' });

  const { email } = claims;
  if (email === undefined) return refuse('unverified');
  // No address of a service account, no member of that kind, whatever an issuer says.
  if (isServiceAddress(email)) return refuse('unknown');
  const found = await findMember(db, newcomer, email);
  const made = found === undefined ? await makeMember(db, deps, newcomer, email) : undefined;
  const user_id = found ?? made?.user_id ?? '';
  await db
    .insertInto('sign_on_subject')
    .values({ tenant_id, sign_on_id: sign_on.id, subject: claims.subject, user_id })
    .execute();
  const session = await beginSession(db, deps, { tenant_id, user_id, via: 'sso' });
  const actor = { user_id, via: 'session', via_id: session.id } as const;
  if (made !== undefined)
    await recordChange(db, deps, { tenant_id, actor, action: 'member-created', target_id: user_id });
  if (made?.invitation_id !== undefined)
    await recordChange(db, deps, { tenant_id, actor, action: 'invitation-accepted', target_id: made.invitation_id });
  await withdrawInvitationsTo(db, deps, { tenant_id, actor, user_id });
  return session;
}

/**
 * A member by address. Whoever has an account that is theirs already shows it by being signed in: an issuer's word alone, which
 * an admin chooses, would open other people's private credentials to that admin.
 */
async function findMember(
  db: Database,
  { tenant_id, sign_on, signed_in }: Newcomer,
  email: string,
): Promise<string | undefined> {
  const member = await memberOf(db, tenant_id, email);
  if (member === undefined) return undefined;
  if (member.kind !== 'person') return refuse('unknown');
  const { user_id } = member;
  const other = await db
    .selectFrom('sign_on_subject')
    .select('subject')
    .where('tenant_id', '=', tenant_id)
    .where('sign_on_id', '=', sign_on.id)
    .where('user_id', '=', user_id)
    .executeTakeFirst();
  // An address can get a new owner at the issuer, who is not the old one.
  if (other !== undefined) return refuse('other_subject');
  if (signed_in === user_id) return user_id;
  if (await isClaimed(db, { tenant_id, user_id })) return refuse('claimed');
  if (member.role === 'owner') return refuse('owner');
  return user_id;
}

interface MadeMember {
  readonly user_id: string;
  readonly invitation_id: string | undefined;
}

async function makeMember(db: Database, deps: Deps, newcomer: Newcomer, email: string): Promise<MadeMember> {
  const { tenant_id, sign_on, claims } = newcomer;
  const invitation = await acceptOpenInvitation(db, deps, tenant_id, email);
  if (invitation?.role === 'owner') return refuse('owner');
  const at = email.lastIndexOf('@');
  if (invitation === undefined && !sign_on.domains.includes(email.slice(at + 1))) return refuse('unknown');
  await refuseTooMany(db, tenant_id);
  const name = claims.name ?? invitation?.name ?? email.slice(0, at);
  const { rows } = await sql<{ readonly id: string }>`
    select ensure_user(${deps.ids.uuid()}, ${email}, ${name}) as id`.execute(db);
  const user_id = rows[0]?.id ?? '';
  const role = invitation?.role ?? sign_on.role;
  await db.insertInto('member').values({ tenant_id, user_id, role }).execute();
  return { user_id, invitation_id: invitation?.id };
}

/** Uses up the invitation to an address, where one is open. */
async function acceptOpenInvitation(db: Database, { clock }: Deps, tenant_id: string, email: string) {
  const now = new Date(clock.now());
  const invitation = await db
    .updateTable('invitation')
    .set({ accepted_at: now })
    .where('tenant_id', '=', tenant_id)
    .where('email', '=', email)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .returning(['tenant_id', 'id', 'role', 'name', 'invited_by'])
    .executeTakeFirst();
  return invitation !== undefined && (await isStillGiven(db, invitation)) ? invitation : undefined;
}
