// How the corridor gets at credentials: the plan of a call, and the account that it names.
import type { Plan } from '@toolcrib/client';
import type { Principal } from '../identity/principal.ts';
import type { CallerCredential, CredentialNeed } from './credential.ts';

export interface CredentialResolver {
  /** Whose credential a call of this tool by this principal uses. A promise only when something must be read. */
  plan(principal: Principal, tool: NeedyTool): Plan | Promise<Plan>;
  /**
   * The same for a person of the tenant, as an admin may see it: of private credentials their id and kind, no name.
   * Throws `not_found` when the person is no member.
   */
  planOf(tenant_id: string, user_id: string, tool: NeedyTool): Promise<Plan>;
  /**
   * The account that a plan names, for one call; an OAuth access token that is about to end is renewed first.
   * Throws `credential_refused` (it must be connected again), `refresh_delayed`, `vault_unavailable`.
   */
  open(principal: Principal, credential_id: string): CallerCredential | Promise<CallerCredential>;
  /**
   * The service has refused what `open` gave. Renews it once where that can help; undefined: it cannot, and the
   * credential is marked as one that must be connected again or changed.
   */
  renew(principal: Principal, refused: CallerCredential): Promise<CallerCredential | undefined>;
  /** Writes what waits to be written. */
  close(): Promise<void>;
}

export interface NeedyTool {
  readonly name: string;
  readonly credential_need?: CredentialNeed;
}

/** Renews grants; made by whoever knows OAuth. */
export interface GrantRenewer {
  /**
   * Sees to it that the grant has an access token that is not due, and none of the refused version: one renewal at a time
   * over all processes. False: the grant is over, and marked. Throws `refresh_delayed`, `database_unavailable`.
   */
  renew(grant: {
    readonly tenant_id: string;
    readonly credential_id: string;
    /** The version whose token a service has refused. */
    readonly refused_version?: number;
  }): Promise<boolean>;
}
