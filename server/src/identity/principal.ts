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
  readonly via: { readonly kind: 'api_key' | 'session'; readonly id: string };
  /** The role's permissions, narrowed by the key's scopes. */
  readonly permissions: ReadonlySet<Permission>;
  /** Of the tenant when the principal was looked up: what is remembered of credentials under another one is stale. */
  readonly credential_epoch: string;
  /** The same of which tools the tenant has. */
  readonly catalogue_epoch: string;
  /** Calls that the key may make in a minute, over all processes; null: no bound of its own. */
  readonly calls_per_minute: number | null;
}

/**
 * Turns the value of an Authorization header into a principal: `Bearer <key>`, or `Session <cookie>` as a surface writes it
 * for a browser whose request it has found to come from our own pages. Throws `unauthenticated` or `database_unavailable`.
 */
export type Identify = (authorization: string | undefined) => Principal | Promise<Principal>;

/** The principal as the audit names whoever changes something. */
export function actorOf({ user_id, via }: Principal): Actor {
  return { user_id, via: via.kind, via_id: via.id };
}
