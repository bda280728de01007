// The step *approve*: must a person say yes to this call? Right before it runs, since a yes holds for one call.
import { argumentsDigest } from './arguments-digest.ts';
import { known } from './known.ts';
import type { CorridorDeps, Walk } from './walk.ts';

export function approve(walk: Walk, deps: CorridorDeps): void | Promise<void> {
  const approved = deps.approvals.check(known(walk.principal), {
    tool: known(walk.tool),
    args: known(walk.args),
    arguments_digest: () => argumentsDigest(walk, deps),
    credential: walk.credential_used,
    call_id: walk.call_id,
    host: walk.request.host,
  });
  if (approved === undefined) return undefined;
  return approved.then((id) => void (walk.approval_id = id));
}
