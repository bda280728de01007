// Receipts of ended grants: what became of them at the provider, kept when the credential is gone. Never changed.
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import type { Database } from '../../store/scope.ts';
import type { Store } from '../../store/store.ts';
import type { Provider, Providers } from './provider.ts';
import { systemOf } from './provider.ts';

export type RevocationOutcome = 'dead' | 'alive' | 'unknown' | 'nothing_to_revoke';

export interface Receipt {
  readonly id: string;
  readonly credential_id: string;
  readonly system: string;
  readonly provider: string | null;
  readonly account: string | null;
  /** Whose it was. */
  readonly user_id: string;
  readonly outcome: RevocationOutcome;
  /** What a person must do by hand; null: nothing. */
  readonly instructions: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export async function insertReceipt(
  db: Database,
  { clock, ids }: { readonly clock: Clock; readonly ids: Ids },
  { tenant_id, ...given }: Omit<Receipt, 'id' | 'at'> & { readonly tenant_id: string },
): Promise<Receipt> {
  const receipt = { id: ids.uuid(), ...given, at: clock.now() };
  await db
    .insertInto('revocation_receipt')
    .values({ tenant_id, ...receipt, at: new Date(receipt.at) })
    .execute();
  return receipt;
}

export interface WantedReceipts {
  readonly tenant_id: string;
  /** Only of what was this person's. */
  readonly user_id?: string | undefined;
  readonly credential_id?: string | undefined;
  readonly limit: number;
  readonly before?: string | undefined;
}

/** Newest first. */
export async function listReceipts(
  { store }: { readonly store: Store },
  { tenant_id, user_id, credential_id, limit, before }: WantedReceipts,
): Promise<readonly Receipt[]> {
  const rows = await store.inTenant(tenant_id, (db) => {
    let query = db
      .selectFrom('revocation_receipt')
      .select(['id', 'credential_id', 'system', 'provider', 'account', 'user_id', 'outcome', 'instructions', 'at'])
      .where('tenant_id', '=', tenant_id)
      .orderBy('id', 'desc')
      .limit(limit);
    if (user_id !== undefined) query = query.where('user_id', '=', user_id);
    if (credential_id !== undefined) query = query.where('credential_id', '=', credential_id);
    if (before !== undefined) query = query.where('id', '<', before);
    return query.execute();
  });
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

/** What a person does where the server can do nothing, or does not know whether it could. */
export function instructionsFor(
  providers: Providers,
  { provider, system }: { readonly provider: string | null; readonly system: string },
): string | null {
  const found =
    provider === null ? [...providers.values()].find((one) => systemOf(one) === system) : providers.get(provider);
  return found === undefined ? null : byHand(found);
}

function byHand({ revocation: { by_hand, by_hand_url } }: Provider): string | null {
  const parts = [by_hand, by_hand_url].filter((part) => part !== undefined);
  return parts.length === 0 ? null : parts.join(' ');
}
