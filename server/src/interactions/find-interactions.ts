// What of the interactions somebody may see: their own, and calls of others that wait for a second person's word. All else
// does not exist for them, whatever its id (attack A11).
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import { actorOf } from '../identity/principal.ts';
import type { Principal } from '../identity/principal.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import { isPending, statusAt } from './interaction-row.ts';
import type { Status, StoredDetails } from './interaction-row.ts';

export interface Interaction {
  readonly id: string;
  readonly kind: StoredDetails['kind'];
  /** The person it was made for. */
  readonly user_id: string;
  readonly user_email: string;
  readonly user_name: string;
  readonly status: Status;
  readonly tool: string;
  readonly tool_version: string;
  readonly credential_id: string | null;
  readonly details: StoredDetails;
  readonly call_id: string;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly resolved_at: Date | null;
  readonly resolved_by: string | null;
  /** Of an approval: a call has used it up. */
  readonly used: boolean;
  /** Of an approval: the arguments, sealed. */
  readonly sealed: Buffer | null;
  /** Whether it is the viewer's to answer: their own, except where another person must say yes. */
  readonly may_answer: boolean;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Throws `not_found`; a look at what is another person's is written into the audit. */
export async function findInteraction(deps: IdentityDeps, principal: Principal, id: string): Promise<Interaction> {
  const { tenant_id } = principal;
  if (!uuid.test(id)) throw new ToolcribError('not_found');
  const found = await deps.store.inTenant(tenant_id, async (db) => {
    const row = await select(db, tenant_id).where('interaction.id', '=', id).executeTakeFirst();
    const visible = row && seenBy(principal, row, deps.clock.now());
    if (row !== undefined && visible === undefined) {
      const refused = { tenant_id, actor: actorOf(principal), action: 'interaction-refused', target_id: id } as const;
      await recordChange(db, deps, refused);
    }
    return visible;
  });
  if (found === undefined) throw new ToolcribError('not_found');
  return found;
}

export interface InteractionsSeen {
  /** Made for the viewer. */
  readonly mine: readonly Interaction[];
  /** Of others, waiting for the viewer or somebody like them. */
  readonly to_decide: readonly Interaction[];
}

/** What waits, the oldest first. */
export async function listInteractions(deps: IdentityDeps, principal: Principal): Promise<InteractionsSeen> {
  const { tenant_id, user_id } = principal;
  const now = deps.clock.now();
  const pending = (db: Database) =>
    select(db, tenant_id).where(isPending(now)).orderBy('interaction.id').limit(limits.interactions_listed);
  return deps.store.inTenant(tenant_id, async (db) => {
    const own = await pending(db).where('user_id', '=', user_id).execute();
    const others = principal.permissions.has('approvals.decide')
      ? await pending(db).where('user_id', '<>', user_id).where('kind', '=', 'approve').execute()
      : [];
    const seen = (rows: readonly Row[]) => rows.flatMap((row) => seenBy(principal, row, now) ?? []);
    return { mine: seen(own), to_decide: seen(others) };
  });
}

/** The query, for one tenant. */
function select(db: Database, tenant_id: string) {
  return db
    .selectFrom('interaction')
    .innerJoin('app_user', 'app_user.id', 'interaction.user_id')
    .select([
      'interaction.id',
      'kind',
      'user_id',
      'status',
      'tool',
      'tool_version',
      'credential_id',
      'details',
      'call_id',
    ])
    .select(['interaction.created_at', 'expires_at', 'resolved_at', 'resolved_by', 'used_at', 'sealed'])
    .select(['app_user.email as user_email', 'app_user.name as user_name'])
    .where('interaction.tenant_id', '=', tenant_id);
}

type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

function seenBy(principal: Principal, row: Row, now: number): Interaction | undefined {
  const details = row.details as unknown as StoredDetails;
  const four_eyes = details.kind === 'approve' && details.four_eyes;
  const own = row.user_id === principal.user_id;
  if (!own && !(four_eyes && principal.permissions.has('approvals.decide'))) return undefined;
  const { used_at, ...rest } = row;
  const answerable = own !== four_eyes;
  return {
    ...rest,
    kind: details.kind,
    details,
    status: statusAt(row, now),
    used: used_at !== null,
    may_answer: answerable,
  };
}
