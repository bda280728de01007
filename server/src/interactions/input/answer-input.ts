// A person's answer to what a tool asks, or their word that they do not want to: from their browser alone, once.
import { ToolcribError } from '../../base/errors.ts';
import type { Vault } from '../../credentials/vault/vault.ts';
import type { IdentityDeps } from '../../identity/api-keys.ts';
import type { Principal } from '../../identity/principal.ts';
import { endInteraction } from '../answer-interaction.ts';
import type { Interaction } from '../find-interactions.ts';
import { answersAt } from '../interaction-row.ts';
import { fieldsOf } from './ask.ts';
import { readAnswers } from './read-answers.ts';
import type { TextOf } from './read-answers.ts';

type AnswerDeps = IdentityDeps & { readonly vault: Vault };

/**
 * Seals the answers for the call that repeats. Throws `session_required`, `not_found` for another person's, `body_invalid`
 * with a fault per field, `conflict` when it was answered before or is over.
 */
export async function answerInput(
  deps: AnswerDeps,
  principal: Principal,
  { interaction, textOf }: { readonly interaction: Interaction; readonly textOf: TextOf },
): Promise<Interaction> {
  const { details, id } = requireOwn(principal, interaction);
  const answers = readAnswers(fieldsOf(details), textOf);
  const vault = await deps.vault.of(principal.tenant_id);
  const sealed = vault.seal(answersAt(id), JSON.stringify(answers));
  return endInteraction(deps, principal, { interaction, status: 'done', sealed });
}

/** Throws the same. */
export function refuseInput(deps: AnswerDeps, principal: Principal, interaction: Interaction): Promise<Interaction> {
  requireOwn(principal, interaction);
  return endInteraction(deps, principal, { interaction, status: 'denied' });
}

function requireOwn(principal: Principal, { details, id, user_id }: Interaction) {
  if (principal.via.kind !== 'session') throw new ToolcribError('session_required');
  if (user_id !== principal.user_id) throw new ToolcribError('not_found');
  if (details.kind !== 'input') {
    throw new ToolcribError('conflict', { params: { problem: 'There is nothing to answer' } });
  }
  return { details, id };
}
