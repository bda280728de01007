// A grant becomes a credential: the row, its secrets and the record of it in one transaction, or nothing. Connecting again
// changes the credential that is there.
import { ToolcribError } from '../../base/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import { recordChange } from '../../ledger/changes.ts';
import type { Actor } from '../../ledger/changes.ts';
import type { Database } from '../../store/scope.ts';
import { writeSecrets } from '../vault/secrets.ts';
import type { TenantVault } from '../vault/vault.ts';
import type { Grant } from './endpoint.ts';
import type { Options } from './provider-urls.ts';

export interface SaveDeps {
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What a connection was begun for. */
export interface GrantFor {
  readonly user_id: string;
  readonly provider: string;
  readonly oauth_client_id: string | null;
  readonly options: Options;
  readonly name: string;
  readonly is_named: boolean;
  readonly system: string;
  readonly scope: 'private' | 'shared';
  /** As asked for: they were given when the provider does not say otherwise. */
  readonly scopes: readonly string[];
  readonly credential_id: string | null;
}

export interface GrantToSave {
  readonly actor: Actor;
  readonly connection: GrantFor;
  readonly grant: Grant;
  readonly account: string | null;
}

/** The id of the credential, in the caller's transaction. Throws `conflict` for the account of somebody else. */
export async function saveGrant(
  deps: SaveDeps,
  { db, vault }: { readonly db: Database; readonly vault: TenantVault },
  { actor, connection, grant, account }: GrantToSave,
): Promise<string> {
  const { tenant_id } = vault;
  const now = new Date(deps.clock.now());
  const before = await findBefore(db, tenant_id, { connection, account });
  requireSameAccount(before, account);
  const values = {
    status: 'ok' as const,
    reason: null,
    account: account ?? before?.account ?? null,
    provider: connection.provider,
    oauth_client_id: connection.oauth_client_id,
    options: connection.options,
    granted_scopes: [...(grant.scopes ?? connection.scopes)],
    expires_at: grant.expires_at === null ? null : new Date(grant.expires_at),
    // A renewal under way renews what is gone.
    refresh_owner: null,
    refresh_until: null,
    refresh_in_doubt: false,
    updated_at: now,
  };
  const id = before?.id ?? deps.ids.uuid();
  if (before === undefined) {
    const { name, system, scope, user_id } = connection;
    const made = { strategy: 'oauth2' as const, created_at: now, last_used_at: null };
    const row = { tenant_id, id, name, system, scope, user_id, ...made };
    await db
      .insertInto('credential')
      .values({ ...row, ...values })
      .execute();
  } else {
    await db
      .updateTable('credential')
      .set({ ...values, version: before.version + 1 })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .execute();
  }
  // An answer without a refresh token leaves the one before in force, if it is the same account's.
  const is_same = account !== null && before?.account === account;
  await replaceSecrets(db, vault, { id, grant, keeps_refresh: is_same && grant.refresh_token === undefined });
  await recordChange(db, deps, { tenant_id, actor, action: 'credential-connected', target_id: id });
  return id;
}

interface Before {
  readonly id: string;
  readonly account: string | null;
  readonly version: number;
}

/** The credential that is connected again: the one that was named, or that of the same account, made in the same way. */
async function findBefore(
  db: Database,
  tenant_id: string,
  { connection, account }: { readonly connection: GrantFor; readonly account: string | null },
): Promise<Before | undefined> {
  const { user_id, provider, credential_id } = connection;
  const own = db
    .selectFrom('credential')
    .select(['id', 'account', 'version', 'name', 'scope', 'oauth_client_id', 'options'])
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .where('strategy', '=', 'oauth2')
    .where('provider', '=', provider)
    .orderBy('created_at')
    .forUpdate();
  if (credential_id !== null) {
    const named = await own.where('id', '=', credential_id).executeTakeFirst();
    // It was deleted while the person was at the provider: nothing is made in its place that nobody asked for.
    if (named === undefined) throw new ToolcribError('not_found');
    return named;
  }
  if (account === null) return undefined;
  const same = await own.where('account', '=', account).execute();
  return same.find(
    (one) =>
      one.scope === connection.scope &&
      one.oauth_client_id === connection.oauth_client_id &&
      sameOptions(one.options, connection.options) &&
      (!connection.is_named || one.name === connection.name),
  );
}

function sameOptions(a: Options, b: Options): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}

/** Whatever was chosen and shared with this credential was meant for its account, so it never becomes another one's. */
function requireSameAccount(before: Before | undefined, account: string | null): void {
  if (before === undefined || before.account === null || before.account === account) return;
  const problem =
    account === null
      ? `The provider does not say whose account it is; the credential belongs to ${before.account}`
      : `That is the account ${account}, and the credential belongs to ${before.account}`;
  throw new ToolcribError('conflict', { params: { problem } });
}

async function replaceSecrets(
  db: Database,
  vault: TenantVault,
  { id, grant, keeps_refresh }: { readonly id: string; readonly grant: Grant; readonly keeps_refresh: boolean },
): Promise<void> {
  const old = db.deleteFrom('secret').where('tenant_id', '=', vault.tenant_id).where('record_id', '=', id);
  await (keeps_refresh ? old.where('field', '!=', 'refresh_token') : old).execute();
  const { access_token, refresh_token, fields } = grant;
  await writeSecrets(db, vault, {
    record_id: id,
    fields: {
      ...fields,
      access_token,
      ...(refresh_token === undefined ? {} : { refresh_token }),
    },
  });
}
