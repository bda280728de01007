// What a person must do in a browser before a call goes on (handoff.md §3): one table, one page, one set of rules for
// expiry, for the person it was made for, and for single use.
import type { CredentialStrategy, InteractionKind, InteractionOffer } from '@toolcrib/client';
import type { Principal } from '../identity/principal.ts';
import type { Database } from '../store/scope.ts';

/** What makes two pauses the same one: the same call again finds the interaction that it has made before. */
export interface InteractionSubject {
  readonly kind: InteractionKind;
  readonly tool: string;
  readonly tool_version: string;
  /** Keyed digest of the arguments; where the pause does not depend on them (connect, choose), a digest of what is asked. */
  readonly arguments_digest: string;
  readonly credential_id: string | null;
}

/** What the page shows. No secrets. */
export type InteractionDetails =
  | {
      readonly kind: 'connect';
      readonly systems: readonly { readonly system: string; readonly strategies: readonly CredentialStrategy[] }[];
      readonly scopes: readonly string[];
    }
  | { readonly kind: 'choose'; readonly candidates: readonly string[] }
  | {
      readonly kind: 'approve';
      readonly danger: string;
      readonly description: string;
      /** Another person must say yes; without it, the person in whose name the call runs. */
      readonly four_eyes: boolean;
      readonly credential_name: string | null;
    }
  /** `schema`: of the answer, as the tool gave it (catalog/pauses.ts): JSON text, which keeps the order of its fields. */
  | { readonly kind: 'input'; readonly message: string; readonly schema: string }
  /** `client`: name of the source; `host`: where the person is sent. */
  | { readonly kind: 'handoff'; readonly client: string; readonly host: string };

export interface Pause {
  readonly subject: InteractionSubject;
  readonly details: InteractionDetails;
  /** What is made with the interaction, in its transaction. */
  readonly alongside?: (db: Database, made: { readonly id: string; readonly expires_at: Date }) => Promise<void>;
  /** How long the person has; by default what limits.ts says for the kind. */
  readonly lasts_ms?: number;
  /** Of an approval: the arguments as the person sees them (shown-arguments.ts). Kept sealed. */
  readonly shown_arguments?: string;
  readonly call_id: string;
  /** The Host header of the request, to find the public address for the link. */
  readonly host: string | undefined;
}

/** What the corridor needs: a pause that a surface can render. */
export interface Interactions {
  /** The pending interaction of this subject and person, made when there is none. Throws `database_unavailable`. */
  pause(principal: Principal, pause: Pause): Promise<InteractionOffer>;
  /** The interaction of this person with this id, while it is pending. */
  pending(
    principal: Principal,
    which: { readonly id: string; readonly host: string | undefined },
  ): Promise<InteractionOffer | undefined>;
}

/** What the step *approve* asks. */
export interface Approvals {
  /**
   * Undefined: nobody has to be asked (at once in the normal case). Else the id of the approval that this call has used up,
   * so call it right before the tool runs.
   * Throws `approval_required` (with the interaction), `approval_denied`, `policy_refused`, `database_unavailable`.
   */
  check(principal: Principal, call: CallToApprove): undefined | Promise<string | undefined>;
}

export interface CallToApprove {
  readonly tool: {
    readonly name: string;
    readonly version: string;
    readonly danger: 'low' | 'medium' | 'high' | 'critical';
    readonly description: string;
  };
  /** As a person may see them: checked, with what the platform fills in, but with `$NAME` where a secret variable goes. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Keyed digest of the arguments as they go to the tool, secret variables filled in: what is approved cannot be swapped. */
  readonly arguments_digest: () => string | Promise<string>;
  readonly credential: { readonly id: string; readonly name: string } | undefined;
  readonly call_id: string;
  readonly host: string | undefined;
}
