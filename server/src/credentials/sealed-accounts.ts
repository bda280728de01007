// The secrets of credentials as they are stored: sealed. They are remembered sealed and opened for every call, so that the
// memory of the process holds no plaintext longer than a call.
import { limits } from '../base/limits.ts';
import type { Store } from '../store/store.ts';
import type { CredentialFacts } from './credential.ts';
import { dueAt } from './oauth/renewal-times.ts';

/** A credential with its sealed fields. */
export interface SealedAccount {
  readonly tenant_id: string;
  readonly id: string;
  readonly name: string;
  readonly strategy: CredentialFacts['strategy'];
  readonly scope: CredentialFacts['scope'];
  readonly user_id: string;
  readonly status: CredentialFacts['status'];
  readonly version: number;
  /** Of a grant: when its access token is to be renewed, in milliseconds since 1970. */
  readonly due_at: number;
  readonly fields: readonly { readonly field: string; readonly sealed: Buffer }[];
}

export class SealedAccounts {
  readonly #store: Store;
  /** The one used longest ago is first. */
  readonly #accounts = new Map<string, SealedAccount>();
  readonly #reading = new Map<string, Promise<SealedAccount | undefined>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Of this version or a later one, from memory. */
  remembered(tenant_id: string, id: string, version: number): SealedAccount | undefined {
    const account = this.#accounts.get(id);
    if (account === undefined || account.tenant_id !== tenant_id || account.version < version) return undefined;
    this.#accounts.delete(id);
    this.#accounts.set(id, account);
    return account;
  }

  /** As it is stored now; undefined when it is gone. One reading at a time. */
  read(tenant_id: string, id: string): Promise<SealedAccount | undefined> {
    const key = `${tenant_id} ${id}`;
    const running = this.#reading.get(key);
    if (running !== undefined) return running;
    const reading = readSealed(this.#store, tenant_id, id)
      .then((account) => {
        this.#accounts.delete(id);
        if (account !== undefined) this.#accounts.set(id, account);
        const [oldest] = this.#accounts.keys();
        if (this.#accounts.size > limits.sealed_credentials && oldest !== undefined) this.#accounts.delete(oldest);
        return account;
      })
      .finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  /** The next use reads it again. */
  forget(id: string): void {
    this.#accounts.delete(id);
  }
}

async function readSealed(store: Store, tenant_id: string, id: string): Promise<SealedAccount | undefined> {
  const rows = await store.inTenant(tenant_id, (db) =>
    db
      .selectFrom('credential')
      .leftJoin('secret', (join) =>
        join.onRef('secret.tenant_id', '=', 'credential.tenant_id').onRef('secret.record_id', '=', 'credential.id'),
      )
      .select([
        'credential.name',
        'credential.strategy',
        'credential.scope',
        'credential.user_id',
        'credential.status',
        'credential.version',
        'credential.expires_at',
        'credential.updated_at',
        'secret.field',
        'secret.sealed',
      ])
      .where('credential.tenant_id', '=', tenant_id)
      .where('credential.id', '=', id)
      .execute(),
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  const { name, strategy, scope, user_id, status, version, expires_at, updated_at } = first;
  const fields = rows.flatMap(({ field, sealed }) => (field === null || sealed === null ? [] : [{ field, sealed }]));
  // A call needs the access token alone.
  const needed = strategy === 'oauth2' ? fields.filter(({ field }) => field === 'access_token') : fields;
  return {
    ...{ tenant_id, id, name, strategy, scope, user_id, status, version },
    due_at: strategy === 'oauth2' ? dueAt({ expires_at: time(expires_at), saved_at: updated_at.getTime() }) : Infinity,
    fields: needed,
  };
}

function time(at: Date | null): number | null {
  return at === null ? null : at.getTime();
}
