// What clients of hand-offs that a tenant has defined sign pushed results with: in the vault, under the id of the definition.
// Read at every push, so that a replaced one counts no longer in any process.
import { randomBytes } from 'node:crypto';
import { ToolcribError } from '../base/errors.ts';
import { signing_secret_bytes, webhookSecret } from '../base/signed-webhooks.ts';
import { readSecrets, writeSecrets } from '../credentials/vault/secrets.ts';
import type { Vault } from '../credentials/vault/vault.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import type { Store } from '../store/store.ts';
import { isHandOffClient } from './definition.ts';

/** Which source of which tenant. */
export interface SourceName {
  readonly tenant_id: string;
  readonly name: string;
}

interface SecretDeps extends IdentityDeps {
  readonly vault: Vault;
}

/** A new one in place of the one before, which counts no longer. Throws `not_found`, and `conflict` for other sources. */
export async function makeSigningSecret(deps: SecretDeps, actor: Actor, of: SourceName): Promise<string> {
  const { tenant_id, name } = of;
  const vault = await deps.vault.of(tenant_id);
  const signing_secret = webhookSecret(randomBytes(signing_secret_bytes));
  await deps.store.inTenant(tenant_id, async (db) => {
    const { id, body } = await lockedSource(db, of);
    if (!isHandOffClient({ entity: 'source', name, body })) {
      throw new ToolcribError('conflict', { params: { problem: `The source "${name}" is no client of hand-offs` } });
    }
    await writeSecrets(db, vault, { record_id: id, fields: { signing_secret } });
    await recordChange(db, deps, { tenant_id, actor, action: 'signing-secret-made', target_id: id });
  });
  return signing_secret;
}

/** The client can push no more. Throws `not_found` when there is none. */
export async function deleteSigningSecret(deps: IdentityDeps, actor: Actor, of: SourceName): Promise<void> {
  const { tenant_id } = of;
  await deps.store.inTenant(tenant_id, async (db) => {
    const { id } = await lockedSource(db, of);
    const gone = await db
      .deleteFrom('secret')
      .where('tenant_id', '=', tenant_id)
      .where('record_id', '=', id)
      .returning('field')
      .executeTakeFirst();
    if (gone === undefined) throw new ToolcribError('not_found');
    await recordChange(db, deps, { tenant_id, actor, action: 'signing-secret-deleted', target_id: id });
  });
}

/** Undefined when there is none. Throws `vault_unavailable`. */
export async function readSigningSecret(
  { store, vault: vaults }: { readonly store: Store; readonly vault: Vault },
  { tenant_id, name }: SourceName,
): Promise<string | undefined> {
  const vault = await vaults.of(tenant_id);
  return store.inTenant(tenant_id, async (db) => {
    const source = await sourceNamed(db, { tenant_id, name }).executeTakeFirst();
    return source && (await readSecrets(db, vault, source.id))['signing_secret'];
  });
}

/** Until the transaction ends, nobody deletes it or makes it something else. */
async function lockedSource(db: Database, of: SourceName) {
  const source = await sourceNamed(db, of).forUpdate().executeTakeFirst();
  if (source === undefined) throw new ToolcribError('not_found');
  return source;
}

function sourceNamed(db: Database, { tenant_id, name }: SourceName) {
  return db
    .selectFrom('definition')
    .select(['id', 'body'])
    .where('tenant_id', '=', tenant_id)
    .where('entity', '=', 'source')
    .where('name', '=', name);
}
