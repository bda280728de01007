// Finds the account of a call: the plan from what is known of the person, the secrets from the vault. In the normal case
// without the database: see known-credentials.ts and sealed-accounts.ts for what is remembered and for how long it counts.
import type { Plan } from '@toolcrib/client';
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import type { Ids } from '../base/ids.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { actorOf } from '../identity/principal.ts';
import type { Principal } from '../identity/principal.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Store } from '../store/store.ts';
import type { CallerCredential, CredentialFacts } from './credential.ts';
import { KnownCredentials, readPerson } from './known-credentials.ts';
import type { KnownPerson } from './known-credentials.ts';
import { mayUse } from './may-use.ts';
import { resolve } from './resolve.ts';
import type { CredentialResolver, GrantRenewer, NeedyTool } from './resolver.ts';
import { SealedAccounts } from './sealed-accounts.ts';
import type { SealedAccount } from './sealed-accounts.ts';
import { UseNotes } from './use-notes.ts';
import type { TenantVault, Vault } from './vault/vault.ts';

export interface ResolverDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly vault: Vault;
  readonly grants: GrantRenewer;
}

export function createResolver(deps: ResolverDeps): CredentialResolver {
  const known = new KnownCredentials(deps.store);
  const accounts = new SealedAccounts(deps.store);
  const notes = new UseNotes(deps);

  return {
    plan: (principal, tool) => {
      if (tool.credential_need === undefined) return resolve({ tool: tool.name, need: undefined, ...nobody });
      const person = known.of(principal);
      if (person instanceof Promise) return person.then((read) => planFor(read, principal.user_id, tool));
      return planFor(person, principal.user_id, tool);
    },
    planOf: (tenant_id, user_id, tool) => planOf(deps.store, { tenant_id, user_id }, tool),
    open: (principal, credential_id) => {
      const person = known.of(principal);
      if (person instanceof Promise) return openLater(principal, credential_id);
      const account = accounts.remembered(principal.tenant_id, credential_id, versionIn(person, credential_id));
      const vault = deps.vault.of(principal.tenant_id);
      if (account === undefined || vault instanceof Promise || deps.clock.now() >= account.due_at) {
        return openLater(principal, credential_id);
      }
      notes.note(principal.tenant_id, credential_id);
      return openAccount(account, vault);
    },
    // Whatever has become of it counts for the next call of this person.
    renew: (principal, given) => renew(principal, given).finally(() => known.forget(principal.user_id)),
    close: () => notes.write(),
  };

  /** The same with whatever has to be waited for. */
  async function openLater(principal: Principal, credential_id: string): Promise<CallerCredential> {
    const { tenant_id } = principal;
    const version = versionIn(await known.of(principal), credential_id);
    let account =
      accounts.remembered(tenant_id, credential_id, version) ?? (await readUsable(principal, credential_id));
    if (deps.clock.now() >= account.due_at) {
      if (!(await deps.grants.renew({ tenant_id, credential_id }))) {
        known.forget(principal.user_id);
        throw refused(account.name);
      }
      account = await readUsable(principal, credential_id);
    }
    const vault = await deps.vault.of(tenant_id);
    notes.note(tenant_id, credential_id);
    return openAccount(account, vault);
  }

  /** As it is stored now, if this principal may use it: asked again here, so that no plan of yesterday opens anything. */
  async function readUsable(principal: Principal, credential_id: string): Promise<SealedAccount> {
    const account = await accounts.read(principal.tenant_id, credential_id);
    if (account === undefined || !mayUse(account, principal.user_id)) throw refused('');
    if (account.status !== 'ok') throw refused(account.name);
    return account;
  }

  async function renew(principal: Principal, given: CallerCredential): Promise<CallerCredential | undefined> {
    const { tenant_id } = principal;
    accounts.forget(given.id);
    const account = await accounts.read(tenant_id, given.id);
    if (account === undefined || !mayUse(account, principal.user_id) || account.status !== 'ok') return undefined;
    const opened = async (newer: SealedAccount) => openAccount(newer, await deps.vault.of(tenant_id));
    // Somebody has changed or renewed it while the call ran.
    if (String(account.version) !== given.version) return opened(account);
    if (account.strategy !== 'oauth2') {
      await markRefused(deps, principal, account);
      accounts.forget(given.id);
      return undefined;
    }
    const grant = { tenant_id, credential_id: given.id, refused_version: account.version };
    if (!(await deps.grants.renew(grant))) return undefined;
    const renewed = await readUsable(principal, given.id);
    return String(renewed.version) === given.version ? undefined : opened(renewed);
  }
}

const nobody = { user_id: '', credentials: [] } as const;

function planFor(person: KnownPerson, user_id: string, { name, credential_need: need }: NeedyTool): Plan {
  const made = person.plans.get(name);
  if (made !== undefined && made.need === need) return made.plan;
  const { credentials, choices, plans } = person;
  const plan = resolve({ tool: name, need, user_id, remembered: choices.get(name), credentials });
  if (need !== undefined) {
    if (plans.size >= limits.plans_per_person) plans.clear();
    plans.set(name, { need, plan });
  }
  return plan;
}

/** What an admin sees of somebody's plan: that a private credential is used, not what its owner calls it. */
async function planOf(
  store: Store,
  { tenant_id, user_id }: { readonly tenant_id: string; readonly user_id: string },
  { name: tool, credential_need: need }: NeedyTool,
): Promise<Plan> {
  const is_member = await store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('member')
      .select('user_id')
      .where('tenant_id', '=', tenant_id)
      .where('user_id', '=', user_id)
      .executeTakeFirst(),
  );
  if (is_member === undefined) throw new ToolcribError('not_found');
  const { credentials, choices } = await readPerson(store, { tenant_id, user_id });
  const shown = credentials.map((one): CredentialFacts =>
    one.scope === 'shared' ? one : { ...one, name: `private ${one.system}`, account: null },
  );
  return resolve({ tool, need, user_id, remembered: choices.get(tool), credentials: shown });
}

function versionIn({ credentials }: KnownPerson, credential_id: string): number {
  const facts = credentials.find(({ id }) => id === credential_id);
  // Gone or withdrawn since the plan was made.
  if (facts === undefined) throw refused('');
  return facts.version;
}

function openAccount({ id, version, strategy, fields }: SealedAccount, vault: TenantVault): CallerCredential {
  const account: Record<string, string> = {};
  for (const { field, sealed } of fields) {
    const name = strategy === 'oauth2' ? 'token' : field;
    account[name] = vault.open({ record_id: id, field }, sealed);
  }
  return { id, version: String(version), account };
}

/**
 * Its owner connects it again or changes it. A shared one goes on: one refused call must not take it from everybody, so it
 * is only noted for its owner and the admins (docs/decisions/0134).
 */
async function markRefused(deps: ResolverDeps, principal: Principal, account: SealedAccount): Promise<void> {
  const { store, clock } = deps;
  const { tenant_id, id } = account;
  const marked = account.scope === 'private' ? { status: 'needs_reconnect' as const } : {};
  await store.inTenant(tenant_id, async (db) => {
    const changed = await db
      .updateTable('credential')
      .set({ ...marked, reason: 'refused', updated_at: new Date(clock.now()) })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .where('version', '=', account.version)
      .where('status', '=', 'ok')
      .where((either) => either.or([either('reason', 'is', null), either('reason', '!=', 'refused')]))
      .executeTakeFirst();
    if (changed.numUpdatedRows === 0n) return;
    await recordChange(db, deps, {
      tenant_id,
      actor: actorOf(principal),
      action: 'credential-broken',
      target_id: id,
    });
  });
}

function refused(credential: string): ToolcribError {
  return new ToolcribError('credential_refused', { params: { credential } });
}
