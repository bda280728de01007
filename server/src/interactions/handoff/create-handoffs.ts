// The hand-off protocol as the surfaces use it, made once of its parts.
import type { Principal } from '../../identity/principal.ts';
import type { ReceiveDeps } from './receive-result.ts';
import { ResultReceiver } from './receive-result.ts';
import { redeemStartToken } from './redeem.ts';
import { standingOf, startHandOff } from './start.ts';

export type HandOffs = ReturnType<typeof createHandOffs>;

export function createHandOffs(deps: ReceiveDeps) {
  const receiver = new ResultReceiver(deps);
  return {
    deps,
    receiver,
    start: (principal: Principal, interaction_id: string) => startHandOff(deps, principal, { interaction_id }),
    startDirectly: (principal: Principal, interaction_id: string) =>
      startHandOff(deps, principal, { interaction_id, direct: true }),
    view: (principal: Principal, interaction_id: string) => standingOf(deps, principal, interaction_id),
    redeem: (tried: Parameters<typeof redeemStartToken>[1]) => redeemStartToken(deps, tried),
  };
}
