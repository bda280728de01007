// Takes credentials away from everybody, in one transaction: from its commit on no process uses them. Grants wait in
// `ended_grant` until they are ended at their providers too (end-grant.ts); of the rest nothing is left but the receipt.
import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { recordChange } from '../../ledger/changes.ts';
import type { Actor } from '../../ledger/changes.ts';
import type { Database } from '../../store/scope.ts';
import { deleteSecrets } from '../vault/secrets.ts';
import type { Providers } from './provider.ts';
import { instructionsFor, insertReceipt } from './receipts.ts';
import type { Receipt } from './receipts.ts';
import { usableBy } from '../may-use.ts';

export interface TakeDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  /** For what a person must do by hand. */
  readonly providers: Providers;
}

/** Which of a tenant's credentials; without any condition all. */
export interface WhichCredentials {
  readonly credential_id?: string | undefined;
  /** Of this owner. */
  readonly user_id?: string | undefined;
  readonly scope?: 'private' | 'shared' | undefined;
  readonly system?: string | undefined;
  readonly provider?: string | undefined;
  /** Only what this person may see: their own, and the shared ones. */
  readonly visible_to?: string | undefined;
}

export interface Taking {
  readonly tenant_id: string;
  readonly actor: Actor;
  readonly which: WhichCredentials;
  /** Whoever takes grants away ends them: nobody else does within this time. */
  readonly reserved_ms: number;
}

export interface TakenAway {
  /** Ids of the grants that are to be ended. */
  readonly grants: readonly string[];
  /** Of everything else. */
  readonly receipts: readonly Receipt[];
  /** There may be more: one transaction takes a bounded number. */
  readonly more: boolean;
}

export async function takeAway(db: Database, deps: TakeDeps, taking: Taking): Promise<TakenAway> {
  const { tenant_id, actor, reserved_ms } = taking;
  const now = deps.clock.now();
  const taken = await lockCredentials(db, taking);
  const grants: string[] = [];
  const receipts: Receipt[] = [];
  for (const credential of taken) {
    const { id, system, provider, account, user_id } = credential;
    if (credential.strategy === 'oauth2') {
      await insertEnded(db, credential, { tenant_id, now, reserved_ms });
      grants.push(id);
    } else {
      await deleteSecrets(db, tenant_id, id);
      const instructions = instructionsFor(deps.providers, { system, provider });
      const subject = { credential_id: id, system, provider, account, user_id };
      receipts.push(
        await insertReceipt(db, deps, { tenant_id, ...subject, outcome: 'nothing_to_revoke', instructions }),
      );
    }
    await db.deleteFrom('credential').where('tenant_id', '=', tenant_id).where('id', '=', id).execute();
    await recordChange(db, deps, { tenant_id, actor, action: 'credential-deleted', target_id: id });
  }
  await deleteOwnClients(db, tenant_id, taken);
  return { grants, receipts, more: taken.length === limits.revocation_batch };
}

type Taken = Awaited<ReturnType<typeof lockCredentials>>[number];

function lockCredentials(db: Database, { tenant_id, which }: Taking) {
  let query = db
    .selectFrom('credential')
    .select(['id', 'system', 'strategy', 'provider', 'account', 'user_id', 'oauth_client_id', 'options', 'expires_at'])
    .where('tenant_id', '=', tenant_id)
    .orderBy('id')
    .limit(limits.revocation_batch)
    .forUpdate();
  const { credential_id, user_id, scope, system, provider, visible_to } = which;
  if (credential_id !== undefined) query = query.where('id', '=', credential_id);
  if (user_id !== undefined) query = query.where('user_id', '=', user_id);
  if (scope !== undefined) query = query.where('scope', '=', scope);
  if (system !== undefined) query = query.where('system', '=', system);
  if (provider !== undefined) query = query.where('provider', '=', provider);
  if (visible_to !== undefined) {
    query = query.where(usableBy(visible_to));
  }
  return query.execute();
}

async function insertEnded(
  db: Database,
  credential: Taken,
  { tenant_id, now, reserved_ms }: { readonly tenant_id: string; readonly now: number; readonly reserved_ms: number },
): Promise<void> {
  const { id, system, provider, account, user_id, oauth_client_id, options, expires_at } = credential;
  const client =
    oauth_client_id === null
      ? undefined
      : await db
          .selectFrom('oauth_client')
          .select(['client_id', 'options'])
          .where('tenant_id', '=', tenant_id)
          .where('id', '=', oauth_client_id)
          .executeTakeFirst();
  const origin = { id, system, provider, account, user_id, oauth_client_id, options, expires_at };
  await db
    .insertInto('ended_grant')
    .values({
      ...{ tenant_id, ...origin },
      client_id: client?.client_id ?? null,
      client_options: client?.options ?? {},
      ended_at: new Date(now),
      next_at: new Date(now + reserved_ms),
    })
    .execute();
}

/** Registrations that were made for one credential go with it; their secrets, when the grant is ended. */
async function deleteOwnClients(db: Database, tenant_id: string, taken: readonly Taken[]): Promise<void> {
  const clients = taken.flatMap(({ oauth_client_id }) => (oauth_client_id === null ? [] : [oauth_client_id]));
  if (clients.length === 0) return;
  await db
    .deleteFrom('oauth_client')
    .where('tenant_id', '=', tenant_id)
    .where('id', 'in', clients)
    .where('user_id', 'is not', null)
    .where(
      sql<boolean>`not exists (
        select from credential where credential.tenant_id = oauth_client.tenant_id and oauth_client_id = oauth_client.id
      )`,
    )
    .execute();
}

/** Deletes the secret of a registration that is gone, unless a grant that is to be ended still needs it. */
export async function deleteClientSecret(db: Database, tenant_id: string, oauth_client_id: string): Promise<void> {
  const needed = await db
    .selectFrom('ended_grant')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('oauth_client_id', '=', oauth_client_id)
    .limit(1)
    .executeTakeFirst();
  if (needed === undefined) await deleteSecrets(db, tenant_id, oauth_client_id);
}
