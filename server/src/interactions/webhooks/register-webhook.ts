// Remembers that a program wants to be told when the interaction of its call has ended. The same wish again is the same one.
import { ToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Vault } from '../../credentials/vault/vault.ts';
import type { IdentityDeps } from '../../identity/api-keys.ts';
import type { Principal } from '../../identity/principal.ts';
import type { Database } from '../../store/scope.ts';
import { statusAt } from '../interaction-row.ts';
import { urlAt } from './webhook-row.ts';

type RegisterDeps = IdentityDeps & { readonly vault: Vault };

export interface WantedWebhook {
  readonly interaction_id: string;
  readonly call_id: string;
  /** Checked by webhook-url.ts. */
  readonly url: URL;
}

/** Throws `rate_limited` when the interaction has too many already. */
export async function registerWebhook(deps: RegisterDeps, principal: Principal, wanted: WantedWebhook): Promise<void> {
  const { tenant_id, user_id } = principal;
  const { interaction_id, call_id, url } = wanted;
  const vault = await deps.vault.of(tenant_id);
  const id = deps.ids.uuid();
  const url_digest = vault.digest(url.href);
  await deps.store.inTenant(tenant_id, async (db) => {
    const now = deps.clock.now();
    // Locked, so that its end comes before or after this and is not missed.
    const row = await db
      .selectFrom('interaction')
      .select(['kind', 'tool', 'status', 'expires_at', 'resolved_at'])
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', interaction_id)
      .where('user_id', '=', user_id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) return;
    await sweep(db, tenant_id, now);
    await refuseMany(db, { tenant_id, interaction_id, url_digest });
    await refuseTooManyOfPerson(db, principal);
    const status = statusAt(row, now);
    const ended_at = row.resolved_at ?? row.expires_at;
    await db
      .insertInto('webhook_delivery')
      .values({
        ...{ tenant_id, id, interaction_id, user_id, call_id, url_digest },
        kind: row.kind,
        tool: row.tool,
        host: url.host,
        sealed: vault.seal(urlAt(id), url.href),
        ...(status === 'pending'
          ? { state: 'waiting', next_at: row.expires_at }
          : { state: 'due', status, ended_at, next_at: new Date(now) }),
        created_at: new Date(now),
      })
      .onConflict((conflict) => conflict.constraint('webhook_delivery_once_key').doNothing())
      .execute();
  });
}

async function refuseMany(
  db: Database,
  { tenant_id, interaction_id, url_digest }: Record<'tenant_id' | 'interaction_id' | 'url_digest', string>,
): Promise<void> {
  const others = await db
    .selectFrom('webhook_delivery')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('interaction_id', '=', interaction_id)
    .where('url_digest', '<>', url_digest)
    .limit(limits.webhooks_per_interaction)
    .execute();
  if (others.length < limits.webhooks_per_interaction) return;
  const what = `webhooks of one interaction go to ${limits.webhooks_per_interaction} addresses at most`;
  throw new ToolcribError('rate_limited', { params: { what, retry_after_s: 60 }, retry_after_s: 60 });
}

async function refuseTooManyOfPerson(
  db: Database,
  { tenant_id, user_id }: Pick<Principal, 'tenant_id' | 'user_id'>,
): Promise<void> {
  const open = await db
    .selectFrom('webhook_delivery')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .where('settled_at', 'is', null)
    .limit(limits.webhooks_per_person)
    .execute();
  if (open.length < limits.webhooks_per_person) return;
  const what = `webhooks of one person that are not delivered are ${limits.webhooks_per_person} at most`;
  throw new ToolcribError('rate_limited', { params: { what, retry_after_s: 60 }, retry_after_s: 60 });
}

/** What was settled long ago goes. */
async function sweep(db: Database, tenant_id: string, now: number): Promise<void> {
  const old = db
    .selectFrom('webhook_delivery')
    .select('id')
    .where('tenant_id', '=', tenant_id)
    .where('settled_at', '<=', new Date(now - limits.webhook_kept_ms))
    .limit(limits.webhook_batch)
    .forUpdate()
    .skipLocked();
  await db.deleteFrom('webhook_delivery').where('tenant_id', '=', tenant_id).where('id', 'in', old).execute();
}
