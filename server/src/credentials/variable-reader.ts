// The values of the secret variables that a caller has: the person's own before the tenant's. Remembered as long as the
// tenant's epoch of credentials is the same, up to a bound of memory.
import { limits } from '../base/limits.ts';
import type { Principal } from '../identity/principal.ts';
import type { Store } from '../store/store.ts';
import { value_field } from './variables.ts';
import type { Vault } from './vault/vault.ts';

/** Values by name. */
export type Variables = ReadonlyMap<string, string>;

/** A promise only when they are not in memory. Throws `vault_unavailable`, `database_unavailable`. */
export type VariablesOf = (
  principal: Pick<Principal, 'tenant_id' | 'user_id' | 'credential_epoch'>,
) => Variables | Promise<Variables>;

interface Remembered {
  readonly epoch: string;
  readonly variables: Variables;
  readonly characters: number;
}

export interface VariableReaderDeps {
  readonly store: Store;
  readonly vault: Vault;
}

export function createVariableReader(deps: VariableReaderDeps): VariablesOf {
  /** By tenant and person, the one used longest ago first. */
  const remembered = new Map<string, Remembered>();
  const loading = new Map<string, Promise<Variables>>();
  let characters = 0;

  const forget = (key: string): void => {
    characters -= remembered.get(key)?.characters ?? 0;
    remembered.delete(key);
  };
  const remember = (key: string, epoch: string, variables: Variables): void => {
    forget(key);
    const size = sizeOf(variables);
    remembered.set(key, { epoch, variables, characters: size });
    characters += size;
    for (const oldest of remembered.keys()) {
      if (characters <= limits.variables_characters) break;
      forget(oldest);
    }
  };

  return (principal) => {
    const { tenant_id, user_id, credential_epoch: epoch } = principal;
    const key = `${tenant_id} ${user_id}`;
    const known = remembered.get(key);
    if (known?.epoch === epoch) {
      remembered.delete(key);
      remembered.set(key, known);
      return known.variables;
    }
    const flight = `${key} ${epoch}`;
    let pending = loading.get(flight);
    if (pending === undefined) {
      pending = load(deps, principal)
        .then((variables) => {
          remember(key, epoch, variables);
          return variables;
        })
        .finally(() => loading.delete(flight));
      loading.set(flight, pending);
    }
    return pending;
  };
}

/** With what an entry costs beside its texts, so that empty ones are bounded as well. */
function sizeOf(variables: Variables): number {
  let size = 200;
  for (const [name, value] of variables) size += 100 + name.length + value.length;
  return size;
}

async function load(
  { store, vault: vaults }: VariableReaderDeps,
  { tenant_id, user_id }: Parameters<VariablesOf>[0],
): Promise<Variables> {
  const vault = await vaults.of(tenant_id);
  const rows = await store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('variable')
      .innerJoin('secret', (join) =>
        join
          .onRef('secret.tenant_id', '=', 'variable.tenant_id')
          .onRef('secret.record_id', '=', 'variable.id')
          .on('secret.field', '=', value_field),
      )
      .select(['variable.id', 'variable.name', 'variable.user_id', 'secret.sealed'])
      .where('variable.tenant_id', '=', tenant_id)
      .where((where) => where.or([where('variable.user_id', 'is', null), where('variable.user_id', '=', user_id)]))
      .execute(),
  );
  const variables = new Map<string, string>();
  // The tenant's first, so that the person's own replace them.
  for (const of_person of [false, true]) {
    for (const { id, name, user_id: owner, sealed } of rows) {
      if ((owner !== null) === of_person)
        variables.set(name, vault.open({ record_id: id, field: value_field }, sealed));
    }
  }
  return variables;
}
