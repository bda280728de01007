// The wire types of what people do for calls: interactions, hand-offs that are under way, and the policies that ask for a yes.

export type InteractionKind = 'connect' | 'choose' | 'approve' | 'input' | 'handoff';

/** A pause of a call, as its caller is told of it. */
export interface InteractionOffer {
  readonly id: string;
  readonly kind: InteractionKind;
  /** For the browser of the person; anybody else finds nothing there. */
  readonly url: string;
  /** What the person is asked to do, in one sentence. */
  readonly message: string;
  readonly expires_at: string;
}

export type InteractionStatus = 'pending' | 'done' | 'denied' | 'expired' | 'cancelled';

/** What a person is asked to do, and how that stands. */
export interface Interaction extends InteractionOffer {
  readonly status: InteractionStatus;
  readonly tool: string;
  /** The person in whose name the call was made. */
  readonly user: { readonly id: string; readonly email: string; readonly name: string };
  /** Another person must say yes, not the one in whose name the call runs. */
  readonly four_eyes: boolean;
  /** Of an approval: a call has used it up. */
  readonly used: boolean;
  readonly created_at: string;
  readonly resolved_at: string | null;
}

export interface InteractionList {
  /** What waits for the caller's own person. */
  readonly mine: readonly Interaction[];
  /** Calls of others that somebody with `approvals.decide` must answer for. */
  readonly to_decide: readonly Interaction[];
}

/** The answer 202: a person does the work of the tool elsewhere; the same call, made again, gets the result. */
export interface PendingAnswer {
  readonly call_id: string;
  readonly pending: PendingHandOff;
}

export interface PendingHandOff extends InteractionOffer {
  /** Tells how it stands; with `?wait_s=25` when it has ended. */
  readonly status_url: string;
}

/** What a policy lets a call do: run at once, run after a yes of its person or of another one, or never run. */
export type PolicyAction = 'allow' | 'ask' | 'four_eyes' | 'refuse';

/** When a person must say yes. The one of a tool counts before the one of its danger level. */
export interface Policy {
  readonly id: string;
  /** Set, or `danger` is. */
  readonly tool: string | null;
  readonly danger: 'low' | 'medium' | 'high' | 'critical' | null;
  readonly action: PolicyAction;
  readonly created_at: string;
}

export interface PolicyList {
  readonly policies: readonly Policy[];
}

export interface NewPolicyBody {
  readonly tool?: string;
  readonly danger?: 'low' | 'medium' | 'high' | 'critical';
  readonly action: PolicyAction;
}
