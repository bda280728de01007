// Whose credential does this call use? One pure function (credentials.md §2): no clock, no database, no secret.
import type { Plan } from '@toolcrib/client';
import type { CredentialFacts, CredentialNeed } from './credential.ts';

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
