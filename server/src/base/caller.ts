// What a tool may know of whoever calls it: for parameters that the platform fills in and for settings of a session.

export interface Caller {
  readonly user_id: string;
  readonly user_email: string;
  readonly user_name: string;
  readonly tenant_id: string;
  readonly tenant_slug: string;
  /** The workspace that the call is made in: that of the key; of a session, `main`. */
  readonly workspace_id: string;
}

/** The facts as they are written in a file. */
const facts = {
  '$user.id': (caller: Caller) => caller.user_id,
  '$user.email': (caller: Caller) => caller.user_email,
  '$tenant.id': (caller: Caller) => caller.tenant_id,
  '$tenant.slug': (caller: Caller) => caller.tenant_slug,
} as const;

export type CallerFact = keyof typeof facts;

export const callerFacts = Object.keys(facts) as readonly CallerFact[];

export function isCallerFact(text: unknown): text is CallerFact {
  return typeof text === 'string' && Object.hasOwn(facts, text);
}

/** The fact's value for this caller. */
export function callerValue(caller: Caller, fact: CallerFact): string {
  return facts[fact](caller);
}
