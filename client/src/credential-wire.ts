// The types of credentials and choices on the wire of the REST surface. Times are ISO 8601 in UTC.

/** Whose credential a call would use, and why. */
export interface Plan {
  readonly tool: string;
  readonly decision: 'none' | 'use' | 'choose' | 'connect';
  /** The rule that decided. */
  readonly rule: PlanRule;
  /** The same for a person to read. */
  readonly reason: string;
  /** The one that is used. */
  readonly credential?: PlanCandidate;
  /** All that fit, whether they can be used or not: one's own first, then the shared ones. */
  readonly candidates: readonly PlanCandidate[];
  /** What could be connected: which systems, in which ways. */
  readonly connect?: readonly { readonly system: string; readonly strategies: readonly CredentialStrategy[] }[];
  /** The caller's own account that is to be connected again rather than a new one. */
  readonly connect_again?: PlanCandidate;
}

export type PlanRule =
  | 'nothing_needed'
  | 'binding'
  | 'remembered'
  | 'only_own'
  | 'only_shared'
  | 'several'
  | 'none_fits';

export interface PlanCandidate {
  readonly id: string;
  readonly name: string;
  readonly system: string;
  readonly strategy: CredentialStrategy;
  readonly scope: 'private' | 'shared';
  readonly account: string | null;
  readonly usable: boolean;
  /** Why it cannot be used. */
  readonly why_not?: 'expired' | 'needs_reconnect' | 'revoked' | 'scopes_missing';
}

export type CredentialStrategy = 'token' | 'username_password' | 'oauth2' | 'custom';

/** An account that calls are made with; never its secrets. */
export interface Credential {
  readonly id: string;
  readonly name: string;
  /** Which kind of account: `github`, or the name of a source. */
  readonly system: string;
  readonly strategy: CredentialStrategy;
  /** shared: every member may use it. */
  readonly scope: 'private' | 'shared';
  /** Its owner. */
  readonly user_id: string;
  readonly status: 'ok' | 'expired' | 'needs_reconnect' | 'revoked';
  /** Who it is at the provider, where that is known. */
  readonly account: string | null;
  /** Only for those who may change it: its owner, and admins when it is shared. */
  readonly details?: {
    /** Names of the secrets that are set. */
    readonly fields: readonly string[];
    /** A code for why the status is not ok, or `refused`: a service has refused it lately. */
    readonly reason: string | null;
    readonly provider: string | null;
    /** Of OAuth. */
    readonly granted_scopes: readonly string[] | null;
    /** Of OAuth: when the access token ends; it is renewed by itself. */
    readonly expires_at: string | null;
    readonly created_at: string;
    readonly updated_at: string;
    /** To the minute. */
    readonly last_used_at: string | null;
  };
}

export interface CredentialList {
  readonly credentials: readonly Credential[];
}

export interface NewCredentialBody {
  readonly name: string;
  readonly system: string;
  /** Accounts by OAuth are connected in a browser. */
  readonly strategy: Exclude<CredentialStrategy, 'oauth2'>;
  /** private when absent. */
  readonly scope?: 'private' | 'shared';
  /** Its secrets: `token`; `user` and `password`; of custom, your own names. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface CredentialChangeBody {
  readonly name?: string;
  readonly scope?: 'private' | 'shared';
  /** All of its secrets anew. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Whether a credential works. */
export interface CredentialTest {
  readonly success: boolean;
  readonly message: string;
}

/** What became of a grant at its provider when it was ended. */
export interface RevocationReceipt {
  readonly id: string;
  readonly credential_id: string;
  readonly system: string;
  readonly provider: string | null;
  /** Who it was at the provider. */
  readonly account: string | null;
  /** Whose it was here. */
  readonly user_id: string;
  /**
   * dead: the provider refuses the tokens now; alive: it still takes them; unknown: that could not be asked, and the server
   * goes on trying; nothing_to_revoke: no grant, such as a password.
   */
  readonly outcome: 'dead' | 'alive' | 'unknown' | 'nothing_to_revoke';
  /** What a person must do by hand; null: nothing. */
  readonly instructions: string | null;
  readonly at: string;
}

export interface RevocationReceiptList {
  readonly receipts: readonly RevocationReceipt[];
  /** Send as `before` to go on; absent on the last page. */
  readonly next?: string;
}

export interface DeletedCredential {
  readonly deleted: string;
  readonly receipt: RevocationReceipt;
}

/** Every condition must hold; `all` alone: everything of the tenant. */
export interface RevokeCredentialsBody {
  readonly all?: true;
  readonly provider?: string;
  readonly system?: string;
  /** Of this owner. */
  readonly user_id?: string;
}

export interface RevokedCredentials {
  readonly receipts: readonly RevocationReceipt[];
  /** Taken away here, and not yet ended at the provider: the server goes on, see the receipts. */
  readonly pending: number;
}

/** Which credential a person's calls of a tool use. */
export interface Choice {
  readonly tool: string;
  readonly credential_id: string;
  readonly chosen_at: string;
}

export interface ChoiceList {
  readonly choices: readonly Choice[];
}
