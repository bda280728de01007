// The announced results in their table: one row per client and token, taken up by one process at a time, until the result
// is there, is refused for good, or nobody waits for it any more.
import { limits } from '../../base/limits.ts';
import type { TenantVault } from '../../credentials/vault/vault.ts';
import type { Database } from '../../store/scope.ts';
import { deliveredTokenAt, resultTokenHash } from './handoff-row.ts';
import type { HandOffDeps } from './handoff-row.ts';

export interface Announcement {
  readonly tenant_id: string;
  readonly client: string;
  readonly token: string;
  /** Where it is fetched; absent for one that the client has pushed. */
  readonly result_url?: string;
}

export type Claim =
  | { readonly kind: 'ours'; readonly id: string }
  /** It was there before. */
  | { readonly kind: 'accepted' }
  /** Another process, or another request, is at it. */
  | { readonly kind: 'busy' }
  /** Nothing of this client can be waited for. */
  | { readonly kind: 'unwanted' };

/** Takes it up. In the caller's transaction. */
export async function claimDelivery(
  db: Database,
  deps: HandOffDeps,
  { announced, vault }: { readonly announced: Announcement; readonly vault: TenantVault },
): Promise<Claim> {
  const { tenant_id, client, token, result_url } = announced;
  const now = deps.clock.now();
  const token_hash = resultTokenHash(client, token);
  const lease = { leased: true, next_at: new Date(now + limits.handoff_lease_ms) };
  const known = await db
    .selectFrom('handoff_delivery')
    .select(['id', 'status', 'leased', 'next_at', 'tries'])
    .where('tenant_id', '=', tenant_id)
    .where('client', '=', client)
    .where('token_hash', '=', token_hash)
    .forUpdate()
    .executeTakeFirst();
  const id = known?.id ?? deps.ids.uuid();
  const values = {
    ...lease,
    status: 'waiting',
    sealed_token: vault.seal(deliveredTokenAt(id), token),
    result_url: result_url ?? null,
  } as const;
  if (known?.status === 'accepted') return { kind: 'accepted' };
  if (known?.status === 'waiting' && known.leased && known.next_at.getTime() > now) return { kind: 'busy' };
  if (known !== undefined) {
    await db
      .updateTable('handoff_delivery')
      .set({ ...values, tries: known.tries + 1 })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .execute();
    return { kind: 'ours', id };
  }
  if (!(await isWanted(db, announced))) return { kind: 'unwanted' };
  const made = await db
    .insertInto('handoff_delivery')
    .values({ ...values, tenant_id, id, client, token_hash, tries: 1, created_at: new Date(now) })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'client', 'token_hash']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return made === undefined ? { kind: 'busy' } : { kind: 'ours', id };
}

/** A stranger who invents tokens makes us ask no client of whom nothing is expected. */
async function isWanted(db: Database, { tenant_id, client }: Announcement): Promise<boolean> {
  const started = await db
    .selectFrom('handoff')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('client', '=', client)
    .where('started_at', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return started !== undefined;
}

export interface DeliveryPlace {
  readonly tenant_id: string;
  readonly id: string;
}

export type DeliveryEnd =
  | { readonly status: 'accepted'; readonly handoff_id: string }
  | { readonly status: 'refused'; readonly handoff_id: string | null }
  /** To be tried again. */
  | { readonly status: 'waiting' };

/**
 * What has become of it; the token is forgotten unless it has to be sent again. Of what belongs to no hand-off, nothing is
 * kept: a stranger who invents tokens fills no table. In the caller's transaction.
 */
export async function endDelivery(
  db: Database,
  { clock }: HandOffDeps,
  { tenant_id, id, ...end }: DeliveryPlace & DeliveryEnd,
): Promise<void> {
  const now = clock.now();
  const row = await db
    .selectFrom('handoff_delivery')
    .select(['client', 'status', 'tries', 'created_at'])
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  // Another process may have been given it when this one was slow, and have got further.
  if (row === undefined || row.status === 'accepted') return;
  const is_waiting = end.status === 'waiting';
  const is_over = row.created_at.getTime() + limits.handoff_delivery_ms <= now;
  if (
    is_waiting ? is_over || (await isOneTooMany(db, { tenant_id, id, client: row.client })) : end.handoff_id === null
  ) {
    await db.deleteFrom('handoff_delivery').where('tenant_id', '=', tenant_id).where('id', '=', id).execute();
    return;
  }
  const pause_ms = Math.min(limits.handoff_retry_max_ms, limits.handoff_retry_ms * 2 ** Math.min(row.tries - 1, 20));
  const set = is_waiting
    ? ({ status: 'waiting' } as const)
    : ({ status: end.status, handoff_id: end.handoff_id, sealed_token: null } as const);
  await db
    .updateTable('handoff_delivery')
    .set({ ...set, leased: false, next_at: new Date(now + pause_ms) })
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', id)
    .execute();
}

/** Of one client, those wait that came first: further ones are asked for at once, and then by whoever announces them again. */
async function isOneTooMany(
  db: Database,
  { tenant_id, id, client }: DeliveryPlace & { readonly client: string },
): Promise<boolean> {
  const { earlier } = await db
    .selectFrom('handoff_delivery')
    .select(({ fn }) => fn.countAll<string>().as('earlier'))
    .where('tenant_id', '=', tenant_id)
    .where('client', '=', client)
    .where('status', '=', 'waiting')
    .where('id', '<', id)
    .executeTakeFirstOrThrow();
  return Number(earlier) >= limits.handoff_deliveries;
}
