// Ends a grant whose credential was taken away, and writes the receipt. What a crash interrupts is taken up by the sweep;
// where a provider is away it is asked again, and at last the tokens are deleted whatever it says.
import { limits } from '../../base/limits.ts';
import { recordChange } from '../../ledger/changes.ts';
import type { Database } from '../../store/scope.ts';
import { deleteSecrets, readSecrets } from '../vault/secrets.ts';
import type { GlobalClient } from './choose-client.ts';
import { toProviderAt } from './clients.ts';
import { endAtProvider } from './end-at-provider.ts';
import type { ProviderAt, Tokens } from './endpoint.ts';
import type { GrantDeps } from './grant-deps.ts';
import type { GrantPlace } from './grant-lease.ts';
import type { Providers } from './provider.ts';
import { insertReceipt, instructionsFor, listReceipts } from './receipts.ts';
import type { Receipt } from './receipts.ts';
import { deleteClientSecret } from './take-away.ts';

export interface EndDeps extends Omit<GrantDeps, 'providerAt'> {
  readonly providers: Providers;
  readonly global_clients: readonly GlobalClient[];
}

/** The receipt; that of another process when it was quicker, undefined when there is no such grant. */
export async function endGrant(deps: EndDeps, place: GrantPlace): Promise<Receipt | undefined> {
  const found = await readEnded(deps, place);
  if (found === undefined) return lastReceipt(deps, place);
  const { at, tokens } = found;
  const end =
    at === undefined || tokens === undefined
      ? { outcome: 'unknown' as const, again: false }
      : await endAtProvider(deps, at, tokens);
  const is_last = !end.again || found.row.tries + 1 >= limits.revocation_tries;
  const outcome = tokens === undefined ? 'nothing_to_revoke' : end.outcome;
  const receipt = await deps.store.inTenant(place.tenant_id, (db) =>
    is_last
      ? close(db, deps, { place, row: found.row, outcome })
      : postpone(db, deps, { place, row: found.row, outcome }),
  );
  deps.log[outcome === 'dead' ? 'info' : 'warn']('grant-ended', { grant_id: place.credential_id, outcome, is_last });
  return receipt ?? lastReceipt(deps, place);
}

type EndedRow = NonNullable<Awaited<ReturnType<typeof findEnded>>>;

interface Ending {
  readonly place: GrantPlace;
  readonly row: EndedRow;
  readonly outcome: Receipt['outcome'];
}

function findEnded(db: Database, { tenant_id, credential_id }: GrantPlace) {
  return db
    .selectFrom('ended_grant')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', credential_id)
    .executeTakeFirst();
}

async function readEnded(
  { store, vault, providers, global_clients }: EndDeps,
  place: GrantPlace,
): Promise<
  { readonly row: EndedRow; readonly at: ProviderAt | undefined; readonly tokens: Tokens | undefined } | undefined
> {
  const tenant_vault = await vault.of(place.tenant_id);
  return store.inTenant(place.tenant_id, async (db) => {
    const row = await findEnded(db, place);
    if (row === undefined) return undefined;
    const { access_token, refresh_token } = await readSecrets(db, tenant_vault, row.id);
    const tokens = access_token === undefined ? undefined : { access_token, refresh_token };
    const provider = providers.get(row.provider ?? '');
    const client =
      row.oauth_client_id === null
        ? global_clients.find((one) => one.provider === row.provider)
        : row.client_id !== null && {
            client_id: row.client_id,
            client_secret: (await readSecrets(db, tenant_vault, row.oauth_client_id))['client_secret'],
            options: row.client_options,
          };
    const is_known = provider?.oauth !== undefined && client !== undefined && client !== false;
    return {
      row,
      tokens,
      at: is_known ? toProviderAt({ tenant_id: row.tenant_id, provider, client }, row.options) : undefined,
    };
  });
}

/** Undefined: another process has done it. */
async function close(db: Database, deps: EndDeps, { place, row, outcome }: Ending): Promise<Receipt | undefined> {
  const { tenant_id, credential_id } = place;
  const { numDeletedRows } = await db
    .deleteFrom('ended_grant')
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', credential_id)
    .executeTakeFirst();
  if (numDeletedRows === 0n) return undefined;
  await deleteSecrets(db, tenant_id, credential_id);
  if (row.oauth_client_id !== null) await deleteSecretOfGone(db, tenant_id, row.oauth_client_id);
  if (outcome === 'dead') {
    await recordChange(db, deps, { tenant_id, actor: 'server', action: 'grant-revoked', target_id: credential_id });
  }
  return insertReceipt(db, deps, receiptOf(deps, { place, row, outcome }));
}

async function deleteSecretOfGone(db: Database, tenant_id: string, oauth_client_id: string): Promise<void> {
  const client = await db
    .selectFrom('oauth_client')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', oauth_client_id)
    .executeTakeFirst();
  if (client === undefined) await deleteClientSecret(db, tenant_id, oauth_client_id);
}

/** The provider is asked again later; the first time the receipt says so. */
async function postpone(db: Database, deps: EndDeps, ending: Ending): Promise<Receipt | undefined> {
  const { place, row } = ending;
  const pause_ms = limits.revocation_sweep_ms * 2 ** row.tries;
  const { numUpdatedRows } = await db
    .updateTable('ended_grant')
    .set({ tries: row.tries + 1, next_at: new Date(deps.clock.now() + pause_ms) })
    .where('tenant_id', '=', place.tenant_id)
    .where('id', '=', place.credential_id)
    .where('tries', '=', row.tries)
    .executeTakeFirst();
  return numUpdatedRows === 1n && row.tries === 0 ? insertReceipt(db, deps, receiptOf(deps, ending)) : undefined;
}

function receiptOf({ providers }: EndDeps, { place, row, outcome }: Ending) {
  const { id: credential_id, system, provider, account, user_id } = row;
  const instructions = outcome === 'dead' ? null : instructionsFor(providers, row);
  return { ...place, credential_id, system, provider, account, user_id, outcome, instructions };
}

async function lastReceipt(deps: EndDeps, { tenant_id, credential_id }: GrantPlace): Promise<Receipt | undefined> {
  return (await listReceipts(deps, { tenant_id, credential_id, limit: 1 }))[0];
}
