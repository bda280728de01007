// What the pages about people are made of.
import type { Identify } from '../../identity/principal.ts';
import type { SignInDeps } from '../../identity/sign-in.ts';
import type { SignOnLink } from './sign-in-page.ts';

export interface PeopleDeps extends SignInDeps {
  readonly identify: Identify;
  /** Drops what is remembered of sessions after a change. */
  readonly forgetIdentities: () => void;
  /**
   * The single sign-ons of an organisation, for the sign-in page; none for an organisation that does not exist. Absent: the
   * page offers no single sign-on.
   */
  readonly signOnLinks?: (organisation: string, next: string) => Promise<readonly SignOnLink[]>;
}
