// Secret variables: names with a value in the vault, a person's or the tenant's. Set, listed by name and deleted here; values
// are read by variable-reader.ts alone.
import { ToolcribError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import { recordChange } from '../ledger/changes.ts';
import type { Actor } from '../ledger/changes.ts';
import type { Database } from '../store/scope.ts';
import type { Store } from '../store/store.ts';
import { writeSecrets } from './vault/secrets.ts';
import type { Vault } from './vault/vault.ts';

/** The field of the vault that holds the value. */
export const value_field = 'value';

export const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

/** A variable without its value. Times in milliseconds since 1970. */
export interface Variable {
  readonly name: string;
  readonly scope: 'person' | 'tenant';
  readonly updated_at: number;
}

/** Whose variable: a person's (`user_id`), or the tenant's (null). */
export interface VariableKey {
  readonly tenant_id: string;
  readonly user_id: string | null;
  readonly name: string;
}

export interface VariableDeps extends IdentityDeps {
  readonly vault: Vault;
}

/** Makes a variable or replaces its value. Throws `conflict` when there are too many. */
export async function setVariable(
  deps: VariableDeps,
  actor: Actor,
  { value, ...key }: VariableKey & { readonly value: string },
): Promise<Variable> {
  const { tenant_id, user_id, name } = key;
  const vault = await deps.vault.of(tenant_id);
  return deps.store.inTenant(tenant_id, async (db) => {
    await refuseTooMany(db, key);
    const now = new Date(deps.clock.now());
    const { id } = await db
      .insertInto('variable')
      .values({ tenant_id, id: deps.ids.uuid(), name, user_id, created_at: now, updated_at: now })
      .onConflict((conflict) => conflict.constraint('variable_name_key').doUpdateSet({ updated_at: now }))
      .returning('id')
      .executeTakeFirstOrThrow();
    await writeSecrets(db, vault, { record_id: id, fields: { [value_field]: value } });
    await recordChange(db, deps, { tenant_id, actor, action: 'variable-set', target_id: id });
    return { name, scope: user_id === null ? 'tenant' : 'person', updated_at: now.getTime() };
  });
}

async function refuseTooMany(db: Database, key: VariableKey): Promise<void> {
  const known = await owned(db, key).select('name').limit(limits.variables).execute();
  if (known.length < limits.variables || known.some(({ name }) => name === key.name)) return;
  throw new ToolcribError('conflict', { params: { problem: `There are ${limits.variables} variables already` } });
}

/** The database deletes the value with it. Throws `not_found`. */
export async function deleteVariable(deps: IdentityDeps, actor: Actor, key: VariableKey): Promise<void> {
  const { tenant_id, user_id, name } = key;
  await deps.store.inTenant(tenant_id, async (db) => {
    const deleted = await db
      .deleteFrom('variable')
      .where('tenant_id', '=', tenant_id)
      .where('user_id', 'is not distinct from', user_id)
      .where('name', '=', name)
      .returning('id')
      .executeTakeFirst();
    if (deleted === undefined) throw new ToolcribError('not_found');
    await recordChange(db, deps, { tenant_id, actor, action: 'variable-deleted', target_id: deleted.id });
  });
}

/** The tenant's variables and the person's own, by name; a person's before the tenant's of the same name. */
export async function listVariables(
  { store }: { readonly store: Store },
  { tenant_id, user_id }: { readonly tenant_id: string; readonly user_id: string },
): Promise<readonly Variable[]> {
  const rows = await store.inTenant(tenant_id, async (db) => [
    ...(await owned(db, { tenant_id, user_id }).select(['name', 'user_id', 'updated_at']).execute()),
    ...(await owned(db, { tenant_id, user_id: null }).select(['name', 'user_id', 'updated_at']).execute()),
  ]);
  return rows
    .map((row): Variable => {
      return {
        name: row.name,
        scope: row.user_id === null ? 'tenant' : 'person',
        updated_at: row.updated_at.getTime(),
      };
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

/** Those of one owner, at most as many as there can be. */
function owned(db: Database, { tenant_id, user_id }: Omit<VariableKey, 'name'>) {
  return db
    .selectFrom('variable')
    .where('tenant_id', '=', tenant_id)
    .where('user_id', 'is not distinct from', user_id)
    .limit(limits.variables);
}
