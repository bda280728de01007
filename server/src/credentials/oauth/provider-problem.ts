// What can go wrong at a provider, as a small closed set with texts of our own: a provider's free text never reaches anyone.
import { ToolcribError } from '../../base/errors.ts';

export const providerProblems = {
  denied: {
    problem: 'the person has not agreed',
    hint: 'Connect again and agree to what is asked for.',
  },
  invalid_grant: {
    problem: 'the grant is not valid (any more): it has been used, has ended, or was taken back',
    hint: 'Connect the account again.',
  },
  invalid_client: {
    problem: 'it does not accept our registration: the client id or the secret is wrong',
    hint: 'An admin checks the OAuth client of this provider.',
  },
  redirect_mismatch: {
    problem: 'the return address is not the one that is registered there',
    hint: 'An admin registers exactly the redirect URI that `toolcrib oauth-clients` shows.',
  },
  invalid_scope: {
    problem: 'it does not give one of the scopes that were asked for',
    hint: 'Ask for other scopes, or let an admin add them to our registration there.',
  },
  issuer_mismatch: {
    problem: 'the answer comes from somebody else than the provider that was asked',
    hint: 'Nothing was connected. Begin again from our own page; if it happens again, tell an admin.',
  },
  code_expired: {
    problem: 'the code was not entered in time',
    hint: 'Begin again.',
  },
  unreachable: {
    problem: 'nothing: it cannot be reached right now, or is failing',
    hint: 'Try again later.',
  },
  malformed: {
    problem: 'something that is not what its definition says',
    hint: "The operator sees the cause in the log and mends the provider's definition.",
  },
  refused: {
    problem: 'with a refusal that it does not explain',
    hint: 'Try again; if it happens again, an admin checks our registration there.',
  },
} as const;

export type ProviderProblem = keyof typeof providerProblems;

/** Thrown by everything that talks to a provider; code `provider_failed`. Branch on `problem`. */
export class ProviderError extends ToolcribError {
  readonly problem: ProviderProblem;

  /** `cause` must hold no secret and is for the log. */
  constructor(provider: string, problem: ProviderProblem, cause?: unknown) {
    super('provider_failed', { params: { provider, ...providerProblems[problem] }, cause });
    this.problem = problem;
  }
}
