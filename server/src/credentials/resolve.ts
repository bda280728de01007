// Whose credential does this call use? One pure function (credentials.md §2): no clock, no database, no secret. What the
// caller may not use changes nothing in its answer. The rules in a table, and why they are so: docs/credentials.md and
// docs/decisions/0133.
import type { Plan, PlanCandidate } from '@toolcrib/client';
import type { CredentialFacts, CredentialNeed } from './credential.ts';
import { mayUse } from './may-use.ts';

export interface ResolveInput {
  readonly tool: string;
  /** Undefined: the tool needs nothing. */
  readonly need: CredentialNeed | undefined;
  /** The person on whose behalf the call runs. */
  readonly user_id: string;
  /** The credential that the agent has bound to this tool; it may be anybody's. */
  readonly binding?: string | undefined;
  /** The credential that the caller has chosen before, for this tool and agent. */
  readonly remembered?: string | undefined;
  /** Whatever is known: also what the caller may not use, which the function leaves out by itself. */
  readonly credentials: readonly CredentialFacts[];
}

export type Resolve = (input: ResolveInput) => Plan;

export const resolve: Resolve = (input) => {
  const { tool, need } = input;
  if (need === undefined) {
    const reason = 'The tool needs no account of the caller.';
    return { tool, decision: 'none', rule: 'nothing_needed', reason, candidates: [] };
  }
  return decide(input, need, fittingFor(input, need));
};

interface Match {
  readonly candidate: PlanCandidate;
  /** The caller's own private one. */
  readonly own: boolean;
}

function decide(input: ResolveInput, need: CredentialNeed, fitting: readonly Match[]): Plan {
  const { tool } = input;
  const candidates = fitting.map(({ candidate }) => candidate);
  const use = (rule: Plan['rule'], { candidate }: Match, why: string): Plan => {
    const reason = `${named(candidate)} is used: ${why}.`;
    return { tool, decision: 'use', rule, reason, credential: candidate, candidates };
  };
  // What was ended on purpose counts no more. What only has to be connected again still does: no other steps in for it.
  const counted = fitting.filter(({ candidate }) => candidate.why_not !== 'revoked');
  const byId = (id: string | undefined): Match | undefined => counted.find(({ candidate }) => candidate.id === id);

  const bound = byId(input.binding);
  if (bound?.candidate.usable === true) return use('binding', bound, 'the agent has it for this tool');
  const chosen = byId(input.remembered);
  if (chosen?.candidate.usable === true) return use('remembered', chosen, 'it was chosen for this tool before');

  const broken = bound ?? chosen;
  const own = counted.filter((match) => match.own);
  const turn = own.length > 0 ? own : counted;
  const [first] = turn;
  if (broken === undefined && first?.candidate.usable === true && turn.length === 1) {
    return first.own
      ? use('only_own', first, "it is the caller's only account that fits")
      : use('only_shared', first, 'the caller has none of their own, and only this one is shared');
  }
  if (turn.some(({ candidate }) => candidate.usable)) {
    const reason =
      broken === undefined
        ? 'Several accounts fit; the person chooses one.'
        : `${named(broken.candidate)} was meant but ${whyNot(broken.candidate)}; the person chooses whether another is used.`;
    return { tool, decision: 'choose', rule: 'several', reason, candidates };
  }
  const again = broken?.own === true ? broken : own[0];
  return toConnect(input, need, { candidates, again: again?.candidate });
}

function toConnect(
  { tool }: ResolveInput,
  { systems, strategies }: CredentialNeed,
  { candidates, again }: { readonly candidates: readonly PlanCandidate[]; readonly again: PlanCandidate | undefined },
): Plan {
  const [broken] = candidates;
  const reason =
    again !== undefined
      ? `${named(again)} fits but ${whyNot(again)}; it is connected again or changed.`
      : broken !== undefined
        ? `${named(broken)} fits but ${whyNot(broken)}; whoever owns it mends it, or the caller connects an account.`
        : `No account of ${systems.join(' or ')} fits; the caller connects one.`;
  return {
    tool,
    decision: 'connect',
    rule: 'none_fits',
    reason,
    candidates,
    connect: systems.map((system) => ({ system, strategies })),
    ...(again === undefined ? {} : { connect_again: again }),
  };
}

/** What the caller may use and the tool takes, usable or not: own ones first, then as the tool prefers them. */
function fittingFor({ user_id, credentials }: ResolveInput, need: CredentialNeed): readonly Match[] {
  return credentials
    .filter((one) => mayUse(one, user_id))
    .filter(({ system, strategy }) => need.systems.includes(system) && need.strategies.includes(strategy))
    .map((one) => ({ candidate: toCandidate(one, need), own: one.scope === 'private' }))
    .toSorted((a, b) => compare(rank(a, need), rank(b, need)));
}

function toCandidate(facts: CredentialFacts, need: CredentialNeed): PlanCandidate {
  const { id, name, system, strategy, scope, account } = facts;
  const why_not = problemOf(facts, need);
  const candidate = { id, name, system, strategy, scope, account, usable: why_not === undefined };
  return why_not === undefined ? candidate : { ...candidate, why_not };
}

function problemOf({ status, strategy, granted_scopes }: CredentialFacts, { scopes }: CredentialNeed) {
  if (status !== 'ok') return status;
  // Only grants have scopes; a provider that does not say which has given what was asked for (RFC 6749 §5.1).
  if (strategy !== 'oauth2' || granted_scopes === null) return undefined;
  return scopes.every((scope) => granted_scopes.includes(scope)) ? undefined : 'scopes_missing';
}

/** Total and of the facts alone, so that the order of the input changes nothing. */
function rank({ candidate, own }: Match, { systems, strategies }: CredentialNeed): readonly (number | string)[] {
  const { system, strategy, name, id } = candidate;
  return [own ? 0 : 1, systems.indexOf(system), strategies.indexOf(strategy), name, id];
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) < (b[at] ?? 0) ? -1 : 1;
}

function named({ name, scope, system }: PlanCandidate): string {
  return `The ${scope} account "${name}" of ${system}`;
}

const whyNots = {
  expired: 'has expired',
  needs_reconnect: 'must be connected again',
  revoked: 'was revoked',
  scopes_missing: 'lacks permissions that the tool needs',
} as const;

function whyNot({ why_not }: PlanCandidate): string {
  return why_not === undefined ? 'cannot be used' : whyNots[why_not];
}
