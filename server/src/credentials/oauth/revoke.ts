// Disconnects: takes credentials away at once, then ends their grants at the providers, one or many (attack A29).
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Actor } from '../../ledger/changes.ts';
import { endGrant } from './end-grant.ts';
import type { EndDeps } from './end-grant.ts';
import type { GrantPlace } from './grant-lease.ts';
import type { Receipt } from './receipts.ts';
import { takeAway } from './take-away.ts';
import type { TakeDeps, WhichCredentials } from './take-away.ts';

/**
 * Takes one credential away and ends its grant. Throws `not_found`, also when `visible_to` may not see it (any more);
 * whoever calls has checked who may end it.
 */
export async function disconnect(
  deps: EndDeps,
  actor: Actor,
  { tenant_id, credential_id, visible_to }: GrantPlace & Pick<WhichCredentials, 'visible_to'>,
): Promise<Receipt> {
  const { receipts } = await revokeMany(deps, actor, { tenant_id, which: { credential_id, visible_to } });
  const [receipt] = receipts;
  if (receipt === undefined) throw new ToolcribError('not_found');
  return receipt;
}

export interface RevokeWanted {
  readonly tenant_id: string;
  readonly which: WhichCredentials;
  /** Answers after this long; the sweep of a server ends what remains. Without it, waits for all. */
  readonly answer_ms?: number;
}

export interface Revoked {
  readonly receipts: readonly Receipt[];
  /** Taken away, but not ended at the provider: the time was over, or something here failed. */
  readonly pending: number;
}

/** Takes all of them away first, then ends their grants, going on after failures. */
export async function revokeMany(
  deps: EndDeps,
  actor: Actor,
  { tenant_id, which, answer_ms = Infinity }: RevokeWanted,
): Promise<Revoked> {
  const taken = await takeAwayAll(deps, actor, { tenant_id, which });
  const ended = await endAll(deps, taken.grants, { answer_ms });
  return { receipts: [...taken.receipts, ...ended.receipts], pending: ended.pending };
}

/** From now on nobody uses them here. Needs no provider and no key. */
export async function takeAwayAll(
  deps: TakeDeps & Pick<EndDeps, 'store'>,
  actor: Actor,
  { tenant_id, which }: Pick<RevokeWanted, 'tenant_id' | 'which'>,
): Promise<{ readonly grants: readonly GrantPlace[]; readonly receipts: readonly Receipt[] }> {
  const grants: GrantPlace[] = [];
  const receipts: Receipt[] = [];
  for (let more = true; more;) {
    const taking = { tenant_id, actor, which, reserved_ms: limits.grant_lease_ms };
    const taken = await deps.store.inTenant(tenant_id, (db) => takeAway(db, deps, taking));
    grants.push(...taken.grants.map((credential_id) => ({ tenant_id, credential_id })));
    receipts.push(...taken.receipts);
    ({ more } = taken);
  }
  return { grants, receipts };
}

/** Ends grants that were taken away at their providers, some at a time. */
export async function endAll(
  deps: EndDeps,
  grants: readonly GrantPlace[],
  options: { readonly answer_ms?: number; readonly onEnd?: (place: GrantPlace, receipt: Receipt | undefined) => void },
): Promise<Revoked> {
  const { answer_ms = Infinity, onEnd = () => undefined } = options;
  const end = deps.clock.monotonic() + answer_ms;
  const receipts: Receipt[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let place = grants[next]; place !== undefined && deps.clock.monotonic() <= end; place = grants[next]) {
      next += 1;
      const receipt = await endOne(deps, place);
      if (receipt !== undefined) receipts.push(receipt);
      onEnd(place, receipt);
    }
  };
  await Promise.all(Array.from({ length: limits.revocations_together }, work));
  return { receipts, pending: grants.length - receipts.length };
}

async function endOne(deps: EndDeps, place: GrantPlace): Promise<Receipt | undefined> {
  try {
    return await endGrant(deps, place);
  } catch (error) {
    deps.log.error('grant-not-ended', { grant_id: place.credential_id, tenant_id: place.tenant_id, error });
    return undefined;
  }
}
