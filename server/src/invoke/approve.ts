// The step *approve*: must a person say yes to this call? Right before it runs, since a yes holds for one call.
import { argumentsDigest } from './arguments-digest.ts';
import { canonicalJson } from '../base/json.ts';
import { known } from './known.ts';
import type { CorridorDeps, Walk } from './walk.ts';

export function approve(walk: Walk, deps: CorridorDeps): void | Promise<void> {
  const approved = deps.approvals.check(known(walk.principal), {
    tool: known(walk.tool),
    args: known(walk.args),
    arguments_digest: () => digestToApprove(walk, deps),
    credential: walk.credential_used,
    call_id: walk.call_id,
    host: walk.request.host,
  });
  if (approved === undefined) return undefined;
  return approved.then((id) => void (walk.approval_id = id));
}

/**
 * With the configuration of the tool's source: whoever defines sources could send the call elsewhere after the yes. With the
 * secret variables of the caller, where the tool uses some: whoever changes one after the yes needs another. All of them,
 * because which ones a tool asks for while it runs is not known yet. And with the version of an account that was given by
 * hand, whose owner can put another one in its place; a grant is renewed by itself and stays the same account's.
 */
async function digestToApprove(walk: Walk, deps: CorridorDeps): Promise<string> {
  const { variables: values, filled_args, credential, credential_used } = walk;
  const { source_revision } = known(walk.tool);
  const account = credential_used?.strategy === 'oauth2' ? undefined : credential?.version;
  if (values === undefined && account === undefined && source_revision === undefined)
    return argumentsDigest(walk, deps);
  const vault = await deps.vault.of(known(walk.principal).tenant_id);
  const variables = values && Object.fromEntries(values);
  return vault.digest(canonicalJson({ args: known(walk.args), filled_args, variables, account, source_revision }));
}
