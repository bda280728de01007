// The credentials of a tenant: making, seeing, changing and deleting them. What is private of somebody else does not exist
// here. Secrets go in and never come out: answers name the fields that are set.
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import type { Ids } from '../base/ids.ts';
import { limits } from '../base/limits.ts';
import { actorOf } from '../identity/principal.ts';
import type { Principal } from '../identity/principal.ts';
import { recordChange } from '../ledger/changes.ts';
import type { ChangeAction } from '@toolcrib/client';
import type { Database } from '../store/scope.ts';
import type { Store } from '../store/store.ts';
import type { CredentialFacts } from './credential.ts';
import type { EndDeps } from './oauth/end-grant.ts';
import type { Receipt } from './oauth/receipts.ts';
import { disconnect } from './oauth/revoke.ts';
import { usableBy } from './may-use.ts';
import { refuseTooMany } from './refuse-too-many.ts';
import { checkFields } from './secret-fields.ts';
import type { GivenStrategy, SecretFields } from './secret-fields.ts';
import { deleteSecrets, writeSecrets } from './vault/secrets.ts';
import type { Vault } from './vault/vault.ts';

export interface CredentialDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly vault: Vault;
}

/** A credential as it may be shown. Times in milliseconds since 1970. */
export interface Credential extends Omit<CredentialFacts, 'version' | 'granted_scopes'> {
  /** Only for those who may change it: its owner, and admins when it is shared. */
  readonly details?: CredentialDetails;
}

export interface CredentialDetails {
  /** Names of the secrets that are set. */
  readonly fields: readonly string[];
  /** Why the status is not ok, or what was noticed. */
  readonly reason: string | null;
  readonly provider: string | null;
  readonly granted_scopes: readonly string[] | null;
  readonly expires_at: number | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly last_used_at: number | null;
}

export interface NewCredential {
  readonly name: string;
  readonly system: string;
  readonly strategy: GivenStrategy;
  readonly scope: CredentialFacts['scope'];
  readonly fields: SecretFields;
}

/** Makes a credential of the principal's own. Throws `body_invalid`, `forbidden` to share it, `conflict` when there are too many. */
export async function createCredential(
  deps: CredentialDeps,
  principal: Principal,
  { fields, ...credential }: NewCredential,
): Promise<Credential> {
  checkFields(credential.strategy, fields);
  if (credential.scope === 'shared') requireSharing(principal);
  const { tenant_id, user_id } = principal;
  const vault = await deps.vault.of(tenant_id);
  const id = deps.ids.uuid();
  const now = new Date(deps.clock.now());
  await deps.store.inTenant(tenant_id, async (db) => {
    await refuseTooMany(db, principal);
    const unknown = { reason: null, account: null, provider: null, oauth_client_id: null, granted_scopes: null };
    const unused = { expires_at: null, refresh_owner: null, refresh_until: null, last_used_at: null };
    const times = { created_at: now, updated_at: now };
    await db
      .insertInto('credential')
      .values({ tenant_id, id, user_id, status: 'ok', ...credential, ...unknown, ...unused, ...times })
      .execute();
    await writeSecrets(db, vault, { record_id: id, fields });
    await record(db, deps, { principal, action: 'credential-created', id });
  });
  return getCredential(deps, principal, id);
}

/** All that the principal may use: their own and the shared ones, by system and name. */
export async function listCredentials(
  { store }: Pick<CredentialDeps, 'store'>,
  principal: Principal,
  { system }: { readonly system?: string | undefined } = {},
): Promise<readonly Credential[]> {
  return store.inTenant(principal.tenant_id, async (db) => {
    const visible = selectVisible(db, principal);
    const rows = await (system === undefined ? visible : visible.where('system', '=', system))
      .orderBy('system')
      .orderBy('name')
      .orderBy('id')
      .limit(limits.credentials_listed)
      .execute();
    return withFields(db, principal, rows);
  });
}

/** Throws `not_found`, also for what is private of somebody else; such a try is recorded. */
export async function getCredential(
  deps: Omit<CredentialDeps, 'vault'>,
  principal: Principal,
  id: string,
): Promise<Credential> {
  const found = await deps.store.inTenant(principal.tenant_id, async (db) => {
    const row = await selectVisible(db, principal).where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : (await withFields(db, principal, [row]))[0];
  });
  return found ?? refuse(deps, principal, id);
}

export interface CredentialChange {
  readonly name?: string | undefined;
  readonly scope?: CredentialFacts['scope'] | undefined;
  /** All of its secrets anew; never of a grant, which is connected again. */
  readonly fields?: SecretFields | undefined;
}

/** Throws `not_found`, `forbidden`, `body_invalid`. */
export async function updateCredential(
  deps: CredentialDeps,
  principal: Principal,
  { id, change }: { readonly id: string; readonly change: CredentialChange },
): Promise<Credential> {
  const { tenant_id } = principal;
  const { strategy, scope, user_id: owner } = await getChangeable(deps, principal, id);
  const { fields, ...facts } = change;
  if (facts.scope === 'shared' && scope === 'private') requireSharing(principal);
  // What an admin made private of somebody else would be out of reach for the admin.
  if (facts.scope === 'private' && owner !== principal.user_id) {
    throw new ToolcribError('forbidden', { params: { permission: 'of its owner' } });
  }
  if (fields !== undefined) {
    if (strategy === 'oauth2') throw connectAgain();
    checkFields(strategy, fields);
  }
  const vault = await deps.vault.of(tenant_id);
  await deps.store.inTenant(tenant_id, async (db) => {
    const changed = await db
      .updateTable('credential')
      .set((row) => ({
        ...(facts.name === undefined ? {} : { name: facts.name }),
        ...(facts.scope === undefined ? {} : { scope: facts.scope }),
        ...(fields === undefined ? {} : { status: 'ok' as const, reason: null, version: row('version', '+', 1) }),
        updated_at: new Date(deps.clock.now()),
      }))
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      // Asked again with the row locked: it may have been withdrawn meanwhile.
      .where(usableBy(principal.user_id))
      .executeTakeFirst();
    if (changed.numUpdatedRows === 0n) throw new ToolcribError('not_found');
    if (facts.scope === 'private') await forgetOthersChoices(db, { tenant_id, credential_id: id, owner });
    if (fields !== undefined) {
      await deleteSecrets(db, tenant_id, id);
      await writeSecrets(db, vault, { record_id: id, fields });
    }
    await record(db, deps, { principal, action: 'credential-changed', id });
  });
  return getCredential(deps, principal, id);
}

/**
 * Takes it from everybody and ends its grant at the provider; whatever was chosen with it is forgotten. Throws `not_found`,
 * `forbidden`.
 */
export async function deleteCredential(
  deps: Omit<CredentialDeps, 'vault'> & { readonly oauth: EndDeps },
  principal: Principal,
  id: string,
): Promise<Receipt> {
  await getChangeable(deps, principal, id);
  const { tenant_id, user_id: visible_to } = principal;
  return disconnect(deps.oauth, actorOf(principal), { tenant_id, credential_id: id, visible_to });
}

async function forgetOthersChoices(
  db: Database,
  {
    tenant_id,
    credential_id,
    owner,
  }: { readonly tenant_id: string; readonly credential_id: string; readonly owner: string },
): Promise<void> {
  await db
    .deleteFrom('credential_choice')
    .where('tenant_id', '=', tenant_id)
    .where('credential_id', '=', credential_id)
    .where('user_id', '!=', owner)
    .execute();
}

/** One that the principal may change. Throws `not_found`, `forbidden`. */
export async function getChangeable(
  deps: Omit<CredentialDeps, 'vault'>,
  principal: Principal,
  id: string,
): Promise<Credential & { readonly details: CredentialDetails }> {
  const credential = await getCredential(deps, principal, id);
  const { details } = credential;
  if (details === undefined) throw new ToolcribError('forbidden', { params: { permission: 'credentials.manage' } });
  return { ...credential, details };
}

function selectVisible(db: Database, { tenant_id, user_id }: Principal) {
  return db.selectFrom('credential').selectAll().where('tenant_id', '=', tenant_id).where(usableBy(user_id));
}

type Row = Awaited<ReturnType<ReturnType<typeof selectVisible>['execute']>>[number];

/** Whether it is the principal's own, or shared and the principal an admin. */
function mayChange({ user_id, scope }: Pick<Row, 'user_id' | 'scope'>, principal: Principal): boolean {
  if (user_id === principal.user_id) return true;
  return scope === 'shared' && principal.permissions.has('credentials.manage');
}

async function withFields(db: Database, principal: Principal, rows: readonly Row[]): Promise<readonly Credential[]> {
  const ids = rows.filter((row) => mayChange(row, principal)).map(({ id }) => id);
  const set =
    ids.length === 0
      ? []
      : await db
          .selectFrom('secret')
          .select(['record_id', 'field'])
          .where('tenant_id', '=', principal.tenant_id)
          .where('record_id', 'in', ids)
          .orderBy('field')
          .execute();
  return rows.map((row) => {
    const { id, name, system, strategy, scope, user_id, status, account } = row;
    const shown = { id, name, system, strategy, scope, user_id, status, account };
    if (!ids.includes(id)) return shown;
    const fields = set.filter((one) => one.record_id === id).map(({ field }) => field);
    return { ...shown, details: detailsOf(row, fields) };
  });
}

function detailsOf(row: Row, fields: readonly string[]): CredentialDetails {
  const { reason, provider, granted_scopes, expires_at, created_at, updated_at, last_used_at } = row;
  const time = (at: Date | null): number | null => (at === null ? null : at.getTime());
  return {
    ...{ fields, reason, provider, granted_scopes },
    expires_at: time(expires_at),
    created_at: created_at.getTime(),
    updated_at: updated_at.getTime(),
    last_used_at: time(last_used_at),
  };
}

function requireSharing(principal: Principal): void {
  if (principal.permissions.has('credentials.share')) return;
  throw new ToolcribError('forbidden', { params: { permission: 'credentials.share' } });
}

function connectAgain(): ToolcribError {
  const fault = {
    path: 'body.fields',
    message: 'the secrets of an OAuth grant come from its provider',
    hint: 'Connect it again.',
  };
  return new ToolcribError('body_invalid', { params: { problem: fault.message }, faults: [fault] });
}

/** The same for what is unknown and for what is somebody else's, in its bytes and in the work it makes. */
async function refuse(deps: Omit<CredentialDeps, 'vault'>, principal: Principal, id: string): Promise<never> {
  await deps.store.inTenant(principal.tenant_id, (db) =>
    record(db, deps, { principal, action: 'credential-refused', id }),
  );
  throw new ToolcribError('not_found');
}

async function record(
  db: Database,
  deps: Pick<CredentialDeps, 'clock' | 'ids'>,
  { principal, action, id }: { readonly principal: Principal; readonly action: ChangeAction; readonly id: string },
): Promise<void> {
  await recordChange(db, deps, { tenant_id: principal.tenant_id, actor: actorOf(principal), action, target_id: id });
}
