// What a tenant's webhooks are signed with: made when it is first needed, in the vault, shown to whoever may manage webhooks.
import { randomBytes } from 'node:crypto';
import { limits } from '../../base/limits.ts';
import { signing_secret_bytes, webhookSecret } from '../../base/signed-webhooks.ts';
import { readSecrets, writeSecrets } from '../../credentials/vault/secrets.ts';
import type { TenantVault, Vault } from '../../credentials/vault/vault.ts';
import type { IdentityDeps } from '../../identity/api-keys.ts';
import { recordChange } from '../../ledger/changes.ts';
import type { Actor } from '../../ledger/changes.ts';
import type { Database } from '../../store/scope.ts';

export type SecretDeps = IdentityDeps & { readonly vault: Vault };

export interface SigningSecret {
  /** `whsec_…` */
  readonly secret: string;
  /** What signs beside it until `previous_until`. */
  readonly previous: string | undefined;
  readonly previous_until: Date | undefined;
}

/** Makes it when there is none. */
export async function signingSecret(deps: SecretDeps, tenant_id: string, actor: Actor): Promise<SigningSecret> {
  const vault = await deps.vault.of(tenant_id);
  return deps.store.inTenant(tenant_id, (db) => readOrMake(db, deps, { vault, actor }));
}

/** A new one; the one before signs beside it for a while, so that receivers can change over. */
export async function rotateSecret(deps: SecretDeps, tenant_id: string, actor: Actor): Promise<SigningSecret> {
  const vault = await deps.vault.of(tenant_id);
  return deps.store.inTenant(tenant_id, async (db) => {
    const { id } = await ownRow(db, deps, { vault, actor });
    const { current = '' } = await readSecrets(db, vault, id);
    await writeSecrets(db, vault, { record_id: id, fields: { current: newSecret(), previous: current } });
    await db
      .updateTable('webhook_secret')
      .set({ rotated_at: new Date(deps.clock.now()) })
      .where('tenant_id', '=', tenant_id)
      .where('id', '=', id)
      .execute();
    await recordChange(db, deps, { tenant_id, actor, action: 'webhook-secret-rotated', target_id: id });
    return readOrMake(db, deps, { vault, actor });
  });
}

interface Whose {
  readonly vault: TenantVault;
  readonly actor: Actor;
}

async function readOrMake(db: Database, deps: SecretDeps, whose: Whose): Promise<SigningSecret> {
  const { id, rotated_at } = await ownRow(db, deps, whose);
  const { current = '', previous } = await readSecrets(db, whose.vault, id);
  const until = rotated_at === null ? 0 : rotated_at.getTime() + limits.webhook_previous_key_ms;
  const is_used = previous !== undefined && until > deps.clock.now();
  return {
    secret: current,
    previous: is_used ? previous : undefined,
    previous_until: is_used ? new Date(until) : undefined,
  };
}

/** The row of the tenant, locked; whoever comes second finds the first one's. */
async function ownRow(db: Database, deps: SecretDeps, { vault, actor }: Whose) {
  const { tenant_id } = vault;
  const made = await db
    .insertInto('webhook_secret')
    .values({ tenant_id, id: deps.ids.uuid(), created_at: new Date(deps.clock.now()) })
    .onConflict((conflict) => conflict.constraint('webhook_secret_tenant_key').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made !== undefined) {
    await writeSecrets(db, vault, { record_id: made.id, fields: { current: newSecret() } });
    await recordChange(db, deps, { tenant_id, actor, action: 'webhook-secret-made', target_id: made.id });
  }
  return db
    .selectFrom('webhook_secret')
    .select(['id', 'rotated_at'])
    .where('tenant_id', '=', tenant_id)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

function newSecret(): string {
  return webhookSecret(randomBytes(signing_secret_bytes));
}
