// The lease on a grant: who renews it or ends it, across all processes. A compare-and-set in a short transaction; nothing is
// locked while a provider is asked. Leases go by the database's clock, so that those of the processes may differ.
import { sql } from 'kysely';
import type { Database } from '../../store/scope.ts';
import type { TokenTimes } from './renewal-times.ts';

export interface GrantPlace {
  readonly tenant_id: string;
  readonly credential_id: string;
}

export interface GrantRow extends TokenTimes {
  readonly id: string;
  readonly name: string;
  readonly system: string;
  readonly strategy: 'token' | 'username_password' | 'oauth2' | 'custom';
  readonly user_id: string;
  readonly status: 'ok' | 'expired' | 'needs_reconnect' | 'revoked';
  readonly reason: string | null;
  readonly version: number;
  readonly account: string | null;
  readonly provider: string | null;
  readonly oauth_client_id: string | null;
  readonly options: Readonly<Record<string, string>>;
  readonly refresh_owner: string | null;
  /** The refresh token was sent and no answer was saved: it may be used up. */
  readonly refresh_in_doubt: boolean;
  /** How long nobody but the owner may touch the grant; without an owner: nobody, because it has just failed. */
  readonly leased_ms: number;
}

export async function readGrantRow(
  db: Database,
  { tenant_id, credential_id }: GrantPlace,
  { lock }: { readonly lock: boolean } = { lock: false },
): Promise<GrantRow | undefined> {
  const query = db
    .selectFrom('credential')
    .select([
      'id',
      'name',
      'system',
      'strategy',
      'user_id',
      'status',
      'reason',
      'version',
      'account',
      'provider',
      'oauth_client_id',
      'options',
      'expires_at',
      'updated_at',
      'refresh_owner',
      'refresh_in_doubt',
      sql<number>`coalesce(greatest(0, extract(epoch from refresh_until - clock_timestamp()) * 1000), 0)::integer`.as(
        'leased_ms',
      ),
    ])
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', credential_id);
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst();
  if (row === undefined) return undefined;
  const { expires_at, updated_at, ...rest } = row;
  return { ...rest, expires_at: expires_at?.getTime() ?? null, saved_at: updated_at.getTime() };
}

/** Takes the lease of a row that was read and locked in this transaction and that nobody has leased. */
export async function takeLease(
  db: Database,
  { tenant_id, credential_id }: GrantPlace,
  { owner, lease_ms, in_doubt }: { readonly owner: string; readonly lease_ms: number; readonly in_doubt: boolean },
): Promise<void> {
  await db
    .updateTable('credential')
    .set({ refresh_owner: owner, refresh_until: after(lease_ms), refresh_in_doubt: in_doubt })
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', credential_id)
    .execute();
}

/** Gives the lease back; nobody takes it for a while after a failure. Whose it is no longer changes nothing. */
export async function leaveLease(
  db: Database,
  { tenant_id, credential_id }: GrantPlace,
  { owner, pause_ms, in_doubt, reason }: LeaseEnd,
): Promise<void> {
  await db
    .updateTable('credential')
    .set({
      refresh_owner: null,
      refresh_until: pause_ms === 0 ? null : after(pause_ms),
      refresh_in_doubt: in_doubt,
      reason: sql`case when status = 'ok' then ${reason} else reason end`,
    })
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', credential_id)
    .where('refresh_owner', '=', owner)
    .execute();
}

export interface LeaseEnd {
  readonly owner: string;
  readonly pause_ms: number;
  readonly in_doubt: boolean;
  readonly reason: string | null;
}

function after(milliseconds: number) {
  return sql<Date>`clock_timestamp() + ${milliseconds / 1_000} * interval '1 second'`;
}
