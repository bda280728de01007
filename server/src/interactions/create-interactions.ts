// Pauses a call: finds the interaction that the same call has made before, or makes it. Any number of processes and calls
// at once come to the same one, by the unique index of what is pending.
import type { InteractionOffer } from '@toolcrib/client';
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import type { Ids } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import type { TenantVault, Vault } from '../credentials/vault/vault.ts';
import type { Principal } from '../identity/principal.ts';
import type { Database } from '../store/scope.ts';
import type { Store } from '../store/store.ts';
import type { InteractionDetails, Interactions, Pause } from './interaction.ts';
import { isPending, offerOf, pathOf, sealedAt, subjectHash } from './interaction-row.ts';
import type { StoredDetails } from './interaction-row.ts';

export interface InteractionDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly vault: Vault;
  /** The address of a page of ours, for a browser that reaches the server as this request did. */
  readonly urlFor: (host: string | undefined, path: string) => string;
}

export function createInteractions(deps: InteractionDeps): Interactions {
  return {
    pause: (principal, pause) => pauseCall(deps, principal, pause),
    pending: (principal, which) => findOffer(deps, principal, which),
  };
}

async function findOffer(
  { store, clock, urlFor }: InteractionDeps,
  { tenant_id, user_id }: Principal,
  { id, host }: { readonly id: string; readonly host: string | undefined },
): Promise<InteractionOffer | undefined> {
  const row = await store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('interaction')
      .select(['id', 'kind', 'tool', 'details', 'expires_at'])
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .where('user_id', '=', user_id)
      .where(isPending(clock.now()))
      .executeTakeFirst(),
  );
  return row && offerOf({ ...row, details: row.details as unknown as InteractionDetails }, urlFor(host, pathOf(id)));
}

async function pauseCall(deps: InteractionDeps, principal: Principal, pause: Pause): Promise<InteractionOffer> {
  const { tenant_id } = principal;
  const vault = pause.shown_arguments === undefined ? undefined : await deps.vault.of(tenant_id);
  const found = await deps.store.inTenant(tenant_id, (db) => findOrMake(deps, db, { principal, pause, vault }));
  return offerOf({ ...pause.subject, ...found }, deps.urlFor(pause.host, pathOf(found.id)));
}

interface Wanted {
  readonly principal: Principal;
  readonly pause: Pause;
  readonly vault: TenantVault | undefined;
}

interface Found {
  readonly id: string;
  readonly details: InteractionDetails;
  readonly expires_at: Date;
}

/** How often another call may end the interaction between our insert and our look at it. */
const attempts = 5;

async function findOrMake(deps: InteractionDeps, db: Database, wanted: Wanted): Promise<Found> {
  const now = deps.clock.now();
  const { tenant_id } = wanted.principal;
  const { subject, details } = wanted.pause;
  const four_eyes = details.kind === 'approve' && details.four_eyes;
  const subject_hash = subjectHash({ ...wanted.principal, subject, four_eyes });
  const known = await findPending(db, { tenant_id, subject_hash, now });
  if (known !== undefined) return known;
  await sweep(db, tenant_id, now);
  await refuseFlood(db, wanted.principal, now);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const made = await insert(deps, db, { ...wanted, subject_hash, now });
    if (made !== undefined) await wanted.pause.alongside?.(db, made);
    const found = made ?? (await findPending(db, { tenant_id, subject_hash, now }));
    if (found !== undefined) return found;
  }
  throw new ToolcribError('database_unavailable', { cause: new Error('The interaction ended again and again') });
}

/** What has run out makes room for a new one of the same subject; what ended long ago goes. */
async function sweep(db: Database, tenant_id: string, now: number): Promise<void> {
  // Rows that another call sweeps at this moment are left to it: two of them can never wait for each other.
  const some = (older_than: Date) =>
    db
      .selectFrom('interaction')
      .select('id')
      .where('tenant_id', '=', tenant_id)
      .where('expires_at', '<=', older_than)
      .limit(limits.interactions_listed)
      .forUpdate()
      .skipLocked();
  await db
    .updateTable('interaction')
    .set({ status: 'expired', sealed: null })
    .where('tenant_id', '=', tenant_id)
    .where('id', 'in', some(new Date(now)).where('status', '=', 'pending'))
    .execute();
  await db
    .deleteFrom('interaction')
    .where('tenant_id', '=', tenant_id)
    .where('id', 'in', some(new Date(now - limits.interaction_kept_ms)))
    .execute();
}

async function findPending(
  db: Database,
  { tenant_id, subject_hash, now }: { readonly tenant_id: string; readonly subject_hash: Buffer; readonly now: number },
): Promise<Found | undefined> {
  const row = await db
    .selectFrom('interaction')
    .select(['id', 'details', 'expires_at'])
    .where('tenant_id', '=', tenant_id)
    .where('subject_hash', '=', subject_hash)
    .where(isPending(now))
    .executeTakeFirst();
  return row && { ...row, details: row.details as unknown as InteractionDetails };
}

/** Calls at the same instant may go past the bound by as many as there are connections, which does no harm. */
async function refuseFlood(db: Database, { tenant_id, user_id }: Principal, now: number): Promise<void> {
  const { waiting } = await db
    .selectFrom('interaction')
    .select(({ fn }) => fn.countAll<string>().as('waiting'))
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .where(isPending(now))
    .executeTakeFirstOrThrow();
  if (Number(waiting) < limits.interactions_pending) return;
  const retry_after_s = 60;
  const what = 'requests wait for this person; they can be answered or cancelled at /interactions';
  throw new ToolcribError('rate_limited', { params: { what, retry_after_s }, retry_after_s });
}

/** Undefined: there is one already, which another transaction has made. */
async function insert(
  { ids }: InteractionDeps,
  db: Database,
  { principal, pause, vault, subject_hash, now }: Wanted & { readonly subject_hash: Buffer; readonly now: number },
): Promise<Found | undefined> {
  const { subject, details, shown_arguments, call_id } = pause;
  const id = ids.uuid();
  const usual_ms = subject.kind === 'approve' ? limits.approval_ms : limits.interaction_ms;
  const expires_at = new Date(now + (pause.lasts_ms ?? usual_ms));
  const row = await db
    .insertInto('interaction')
    .values({
      tenant_id: principal.tenant_id,
      id,
      kind: subject.kind,
      user_id: principal.user_id,
      status: 'pending',
      subject_hash,
      tool: subject.tool,
      tool_version: subject.tool_version,
      arguments_digest: subject.arguments_digest,
      credential_id: subject.credential_id,
      details: { ...details, via: principal.via } satisfies StoredDetails as unknown as JsonObject,
      sealed: shown_arguments === undefined ? null : (vault?.seal(sealedAt(id), shown_arguments) ?? null),
      call_id,
      created_at: new Date(now),
      expires_at,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'subject_hash']).where('status', '=', 'pending').doNothing(),
    )
    .returning('id')
    .executeTakeFirst();
  return row && { id, details, expires_at };
}
