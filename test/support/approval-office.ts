// Everything that decides about approvals, as one process of the server has it, on a store of a test and with its clock.
import type { Clock } from '../../server/src/base/clock.ts';
import { randomIds } from '../../server/src/base/ids.ts';
import { rolePermissions } from '../../server/src/identity/permissions.ts';
import type { Role } from '../../server/src/identity/permissions.ts';
import type { Principal } from '../../server/src/identity/principal.ts';
import type { Vault } from '../../server/src/credentials/vault/vault.ts';
import { createApprovals } from '../../server/src/interactions/create-approvals.ts';
import { createInteractions } from '../../server/src/interactions/create-interactions.ts';
import type { Approvals, CallToApprove, Interactions } from '../../server/src/interactions/interaction.ts';
import { createPolicyLookup } from '../../server/src/interactions/policies.ts';
import type { Database } from '../../server/src/store/scope.ts';
import type { Store } from '../../server/src/store/store.ts';
import { sql } from 'kysely';

export interface TestClock extends Clock {
  pass(ms: number): void;
}

export function testClock(): TestClock {
  let now = Date.UTC(2026, 0, 1);
  return {
    now: () => now,
    monotonic: () => now,
    pass: (ms) => {
      now += ms;
    },
  };
}

export interface ApprovalOffice {
  readonly deps: { readonly store: Store; readonly clock: TestClock; readonly ids: typeof randomIds };
  readonly interactions: Interactions;
  readonly approvals: Approvals;
}

export function openOffice(store: Store, clock: TestClock, vault: Vault): ApprovalOffice {
  const deps = { store, clock, ids: randomIds };
  const urlFor = (_host: string | undefined, path: string): string => `https://tools.example${path}`;
  const interactions = createInteractions({ ...deps, vault, urlFor });
  const policyOf = createPolicyLookup({ store, from: 'critical' });
  return { deps, interactions, approvals: createApprovals({ store, clock, interactions, policyOf }) };
}

/** Adds a member and gives the principal of a request of theirs. */
export async function addPerson(
  store: Store,
  tenant_id: string,
  { name, role, kind = 'person' }: { readonly name: string; readonly role: Role; readonly kind?: 'person' | 'service' },
): Promise<Principal> {
  const email = `${name}@people.example`;
  const user_id = await store.inTenant(tenant_id, async (db: Database) => {
    const made = await sql<{ id: string }>`select ensure_user(${randomIds.uuid()}, ${email}, ${name}) as id`.execute(
      db,
    );
    const id = made.rows[0]?.id ?? '';
    await db.insertInto('member').values({ tenant_id, user_id: id, role, kind }).execute();
    return id;
  });
  return {
    tenant_id,
    user_id,
    caller: { user_id, user_email: email, user_name: 'Ada', tenant_id, tenant_slug: 'acme', workspace_id: 'w1' },
    role,
    via: { kind: 'api_key', id: randomIds.uuid() },
    permissions: new Set(rolePermissions[role]),
    credential_epoch: '0',
    catalogue_epoch: '0',
    calls_per_minute: null,
  };
}

/** The same person in front of a browser. */
export function inBrowser(principal: Principal): Principal {
  return { ...principal, via: { kind: 'session', id: randomIds.uuid() } };
}

/** The principal as it is looked up now. */
export async function lookedUp(store: Store, principal: Principal): Promise<Principal> {
  const { credential_epoch } = await store.inTenant(principal.tenant_id, (db) =>
    db.selectFrom('tenant').select('credential_epoch').executeTakeFirstOrThrow(),
  );
  return { ...principal, credential_epoch };
}

export function callOf(args: Readonly<Record<string, unknown>>, more: Partial<CallToApprove> = {}): CallToApprove {
  return {
    tool: { name: 'wire_money', version: 'v1', danger: 'critical', description: 'Sends money.' },
    args,
    arguments_digest: () => JSON.stringify(args),
    credential: undefined,
    call_id: randomIds.uuid(),
    host: undefined,
    ...more,
  };
}
