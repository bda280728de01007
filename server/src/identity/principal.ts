// Who makes a request: always one tenant, always on behalf of a person.
import type { Caller } from '../base/caller.ts';
import type { Actor } from '../ledger/changes.ts';
import type { Permission, Role } from './permissions.ts';

export interface Principal {
  readonly tenant_id: string;
  /** The person in whose name the call runs. */
  readonly user_id: string;
  /** The same with the names that people know them by. */
  readonly caller: Caller;
  readonly role: Role;
  /** How the request proved it. */
  readonly via: { readonly kind: 'api_key'; readonly key_id: string };
  /** The role's permissions, narrowed by the key's scopes. */
  readonly permissions: ReadonlySet<Permission>;
}

/** Turns the value of an Authorization header into a principal. Throws `unauthenticated` or `database_unavailable`. */
export type Identify = (authorization: string | undefined) => Principal | Promise<Principal>;

/** The principal as the audit names whoever changes something. */
export function actorOf({ user_id, via }: Principal): Actor {
  return { user_id, key_id: via.key_id };
}
