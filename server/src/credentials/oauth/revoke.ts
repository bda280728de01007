// Disconnects: takes credentials away at once, then ends their grants at the providers, one or many (attack A29).
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Actor } from '../../ledger/changes.ts';
import { endGrant } from './end-grant.ts';
import type { EndDeps } from './end-grant.ts';
import type { GrantPlace } from './grant-lease.ts';
import type { Receipt } from './receipts.ts';
import { takeAway } from './take-away.ts';
import type { WhichCredentials } from './take-away.ts';

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
  /** Of each grant as soon as it is ended. */
  readonly onReceipt?: (receipt: Receipt) => void;
}

export interface Revoked {
  readonly receipts: readonly Receipt[];
  /** Taken away, but not ended at the provider when the time was over, or where the database failed. */
  readonly pending: number;
}

/** Takes all of them away first, then ends one after the other, going on after failures. */
export async function revokeMany(
  deps: EndDeps,
  actor: Actor,
  { tenant_id, which, answer_ms = Infinity, onReceipt = () => undefined }: RevokeWanted,
): Promise<Revoked> {
  const { store, clock, log } = deps;
  const grants: string[] = [];
  const receipts: Receipt[] = [];
  const add = (receipt: Receipt): void => {
    receipts.push(receipt);
    onReceipt(receipt);
  };
  for (let more = true; more;) {
    const taking = { tenant_id, actor, which, reserved_ms: limits.grant_lease_ms };
    const taken = await store.inTenant(tenant_id, (db) => takeAway(db, deps, taking));
    grants.push(...taken.grants);
    taken.receipts.forEach(add);
    ({ more } = taken);
  }
  const end = clock.monotonic() + answer_ms;
  let next = 0;
  let pending = 0;
  const work = async (): Promise<void> => {
    for (;;) {
      const credential_id = grants[next];
      if (credential_id === undefined) return;
      next += 1;
      const is_late = clock.monotonic() > end;
      const receipt = is_late ? undefined : await endOne(credential_id);
      if (receipt === undefined) pending += 1;
      else add(receipt);
    }
  };
  const endOne = async (credential_id: string): Promise<Receipt | undefined> =>
    endGrant(deps, { tenant_id, credential_id }).catch((error: unknown) => {
      log.error('grant-not-ended', { grant_id: credential_id, tenant_id, error });
      return undefined;
    });
  await Promise.all(Array.from({ length: limits.revocations_together }, work));
  return { receipts, pending };
}
