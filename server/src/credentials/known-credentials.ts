// What is known of the credentials that a person may use, remembered so that a call asks no database. Nothing secret, and
// nothing older than the epoch that the principal was looked up with.
import { limits } from '../base/limits.ts';
import type { Store } from '../store/store.ts';
import type { Plan } from '@toolcrib/client';
import type { CredentialFacts, CredentialNeed } from './credential.ts';
import { usableBy } from './may-use.ts';

/** A person in a tenant, and how old what is known of them may be. */
export interface Whose {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly credential_epoch: string;
}

/** What one person may use, as it was at an epoch. */
export interface KnownPerson {
  readonly tenant_id: string;
  readonly epoch: string;
  /** Their private ones and every shared one. */
  readonly credentials: readonly CredentialFacts[];
  /** By tool. */
  readonly choices: ReadonlyMap<string, string>;
  /** Plans made of this, by tool; a plan belongs to the need that it was made for. */
  readonly plans: Map<string, { readonly need: CredentialNeed; readonly plan: Plan }>;
}

interface Remembered {
  readonly person: KnownPerson;
  /** Whether it was asked for since it was last passed over. */
  used: boolean;
}

const no_choices: ReadonlyMap<string, string> = new Map();

export class KnownCredentials {
  readonly #store: Store;
  readonly #people = new Map<string, Remembered>();
  readonly #reading = new Map<string, Promise<KnownPerson>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** A promise only when something must be read. */
  of(whose: Whose): KnownPerson | Promise<KnownPerson> {
    const known = this.#people.get(whose.user_id);
    if (known !== undefined && known.person.tenant_id === whose.tenant_id) {
      if (isAsNew(known.person.epoch, whose.credential_epoch)) {
        known.used = true;
        return known.person;
      }
    }
    return this.#read(whose);
  }

  /** The next call of this person reads it again, whatever the epoch. */
  forget(user_id: string): void {
    this.#people.delete(user_id);
  }

  /** One reading at a time of the same person and epoch. */
  #read(whose: Whose): Promise<KnownPerson> {
    const key = `${whose.tenant_id} ${whose.user_id} ${whose.credential_epoch}`;
    const running = this.#reading.get(key);
    if (running !== undefined) return running;
    const reading = readPerson(this.#store, whose)
      .then((person) => {
        this.#remember(whose.user_id, person);
        return person;
      })
      .finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  #remember(user_id: string, person: KnownPerson): void {
    this.#people.delete(user_id);
    if (this.#people.size >= limits.known_people) this.#makeRoom();
    this.#people.set(user_id, { person, used: false });
  }

  /** Forgets the one remembered first that was not asked for since: the clock algorithm. */
  #makeRoom(): void {
    for (const [user_id, remembered] of this.#people) {
      this.#people.delete(user_id);
      if (!remembered.used) return;
      remembered.used = false;
      this.#people.set(user_id, remembered);
    }
  }
}

/** Reads it from the database. */
export async function readPerson(
  store: Store,
  { tenant_id, user_id }: Pick<Whose, 'tenant_id' | 'user_id'>,
): Promise<KnownPerson> {
  return store.inTenant(tenant_id, async (db) => {
    // The epoch first: what is read after it is at least as new.
    const { credential_epoch: epoch } = await db
      .selectFrom('tenant')
      .select('credential_epoch')
      .where('id', '=', tenant_id)
      .executeTakeFirstOrThrow();
    const credentials: CredentialFacts[] = await db
      .selectFrom('credential')
      .select([
        'id',
        'name',
        'system',
        'strategy',
        'scope',
        'user_id',
        'status',
        'account',
        'granted_scopes',
        'version',
      ])
      .where('tenant_id', '=', tenant_id)
      .where(usableBy(user_id))
      .execute();
    const chosen =
      credentials.length === 0
        ? []
        : await db
            .selectFrom('credential_choice')
            .select(['tool', 'credential_id'])
            .where('tenant_id', '=', tenant_id)
            .where('user_id', '=', user_id)
            .where('agent', '=', '')
            .execute();
    const choices =
      chosen.length === 0
        ? no_choices
        : new Map(chosen.map(({ tool, credential_id }) => [tool, credential_id] as const));
    return { tenant_id, epoch, credentials, choices, plans: new Map() };
  });
}

/** Epochs are whole numbers as texts, without leading zeros. */
function isAsNew(epoch: string, wanted: string): boolean {
  if (epoch === wanted) return true;
  return epoch.length === wanted.length ? epoch > wanted : epoch.length > wanted.length;
}
