// What can go wrong when a person signs in at an issuer, in words for that person: never a text of the issuer's.
import { ToolcribError } from '../../base/errors.ts';
import { ProviderError } from '../oauth/provider-problem.ts';
import type { ProviderProblem } from '../oauth/provider-problem.ts';
import { toProviderError } from '../oauth/to-provider-error.ts';

const again = 'Go to the sign-in page and begin again.';
const admin = 'Tell an admin of your organisation.';

const texts = {
  over: {
    problem: 'it was begun in another browser, has been finished already, or took too long',
    hint: again,
  },
  denied: { problem: 'the sign-in was declined there', hint: again },
  issuer_mismatch: {
    problem: 'the answer comes from somebody else than the issuer that was asked',
    hint: `Nobody was signed in. ${again} If it happens again, tell an admin.`,
  },
  invalid_client: {
    problem: 'the issuer does not accept our registration: the client id or the secret is wrong',
    hint: `${admin} They set the sign-on up again.`,
  },
  redirect_mismatch: {
    problem: 'the return address is not the one that is registered at the issuer',
    hint: `${admin} They register the return address that the settings of the sign-on show.`,
  },
  unreachable: { problem: 'the issuer cannot be reached right now, or is failing', hint: 'Try again later.' },
  address_refused: {
    problem: 'the issuer is not in the public network, and the operator has not allowed it',
    hint: 'The operator can allow it with network.allowed_private.',
  },
  malformed: { problem: 'the issuer answers something that is not OpenID Connect', hint: admin },
  wrong_name: {
    problem: 'the issuer calls itself something else than what was written here',
    hint: 'Write the issuer exactly as it stands in its document /.well-known/openid-configuration.',
  },
  refused: { problem: 'the issuer refused it', hint: `${again} If it happens again, tell an admin.` },
} as const;

export type SignOnProblem = keyof typeof texts;

/** Thrown by everything here that talks to an issuer; code `sign_on_failed`. Branch on `problem`. */
export class SignOnError extends ToolcribError {
  readonly problem: SignOnProblem;

  /** `cause` must hold no secret and is for the log. */
  constructor(problem: SignOnProblem, cause?: unknown) {
    super('sign_on_failed', { params: texts[problem], cause });
    this.problem = problem;
  }
}

/** The text of a problem, for the settings of a sign-on. */
export function textOf(problem: SignOnProblem): { readonly problem: string; readonly hint: string } {
  return texts[problem];
}

/** Whatever an exchange with the issuer of a sign-on throws. */
export function toSignOnError(thrown: unknown): SignOnError {
  if (thrown instanceof SignOnError) return thrown;
  const known = toProviderError('issuer', thrown);
  if (!(known instanceof ProviderError)) return new SignOnError('address_refused', known);
  return new SignOnError(own[known.problem] ?? 'refused', known);
}

const own: { readonly [Problem in ProviderProblem]?: SignOnProblem } = {
  denied: 'denied',
  issuer_mismatch: 'issuer_mismatch',
  invalid_client: 'invalid_client',
  redirect_mismatch: 'redirect_mismatch',
  unreachable: 'unreachable',
  malformed: 'malformed',
};
