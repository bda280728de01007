// A person's choice among several accounts that fit a tool: remembered for them and the tool, which ends what waits for it.
import { ToolcribError } from '../base/errors.ts';
import type { Catalogue } from '../catalog/catalogue.ts';
import { rememberChoice } from '../credentials/choices.ts';
import { listCredentials } from '../credentials/credentials.ts';
import type { Credential } from '../credentials/credentials.ts';
import type { IdentityDeps } from '../identity/api-keys.ts';
import type { Principal } from '../identity/principal.ts';
import type { Interaction } from './find-interactions.ts';

/** Those of the candidates that are still there and usable by this person; one's own first. */
export async function listCandidates(
  deps: IdentityDeps,
  principal: Principal,
  { details }: Interaction,
): Promise<readonly Credential[]> {
  if (details.kind !== 'choose') return [];
  const visible = await listCredentials(deps, principal);
  const usable = visible.filter(({ id, status }) => status === 'ok' && details.candidates.includes(id));
  const own = (one: Credential): number => (one.user_id === principal.user_id ? 0 : 1);
  return usable.toSorted((a, b) => own(a) - own(b));
}

export interface ChoiceMade {
  readonly interaction: Interaction;
  readonly credential_id: string;
  /** Where the tool is found. */
  readonly catalogue: Catalogue;
}

/** Throws `body_invalid` for what is no candidate, `conflict` when the interaction is over. */
export async function chooseAccount(
  deps: IdentityDeps,
  principal: Principal,
  { interaction, credential_id, catalogue }: ChoiceMade,
): Promise<void> {
  const tool = catalogue.findTool(principal.tenant_id, interaction.tool);
  if (interaction.status !== 'pending' || tool === undefined) {
    throw new ToolcribError('conflict', { params: { problem: 'It was answered already, or its time is over' } });
  }
  const candidates = await listCandidates(deps, principal, interaction);
  if (!candidates.some(({ id }) => id === credential_id)) {
    const faults = [{ path: 'credential', message: 'Choose one of the accounts' }];
    throw new ToolcribError('body_invalid', { params: { problem: 'no account of the list is chosen' }, faults });
  }
  await rememberChoice(deps, principal, { tool, credential_id });
}
