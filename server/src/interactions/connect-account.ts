// An account that a person gives by hand, for a call that waits for one. What waits for such an account goes on by itself.
import { ToolcribError } from '../base/errors.ts';
import { createCredential, updateCredential } from '../credentials/credentials.ts';
import type { CredentialDeps } from '../credentials/credentials.ts';
import type { GivenStrategy, SecretFields } from '../credentials/secret-fields.ts';
import type { Principal } from '../identity/principal.ts';
import type { Interaction } from './find-interactions.ts';

export interface GivenAccount {
  readonly system: string;
  readonly strategy: GivenStrategy;
  readonly name: string;
  readonly scope: 'private' | 'shared';
  readonly fields: SecretFields;
  /** Instead of a new credential: the one that no longer works gets these secrets. */
  readonly again: boolean;
}

/** Throws `body_invalid`, `forbidden`, `conflict` when the interaction is over or did not ask for such an account. */
export async function connectAccount(
  deps: CredentialDeps,
  principal: Principal,
  { interaction, account }: { readonly interaction: Interaction; readonly account: GivenAccount },
): Promise<void> {
  const { details, credential_id, status, user_id } = interaction;
  if (status !== 'pending' || details.kind !== 'connect' || user_id !== principal.user_id) {
    throw new ToolcribError('conflict', { params: { problem: 'It was answered already, or its time is over' } });
  }
  if (!principal.permissions.has('credentials.write')) {
    throw new ToolcribError('forbidden', { params: { permission: 'credentials.write' } });
  }
  const { again, ...made } = account;
  const asked = details.systems.find(({ system }) => system === made.system);
  if (asked?.strategies.includes(made.strategy) !== true) {
    throw new ToolcribError('conflict', { params: { problem: 'The call does not take such an account' } });
  }
  if (again && credential_id !== null) {
    await updateCredential(deps, principal, { id: credential_id, change: { fields: made.fields } });
  } else await createCredential(deps, principal, made);
}
