// The pauses that a tool asks for while it runs, bound to the call that asks.
import { ToolcribError } from '../base/errors.ts';
import type { ToolPauses } from '../catalog/pauses.ts';
import type { Principal } from '../identity/principal.ts';

/** The call that may pause. */
export interface PausingCall {
  readonly principal: Principal;
  readonly tool: { readonly name: string; readonly version: string };
  /** Keyed digest of its arguments. */
  readonly arguments_digest: () => string | Promise<string>;
  readonly call_id: string;
  /** The Host header of the request, to find the public address for the link. */
  readonly host: string | undefined;
}

export type ToolPausesFor = (call: PausingCall) => ToolPauses;

export function createToolPauses(): ToolPausesFor {
  const none = (): Promise<never> => Promise.reject(new ToolcribError('internal'));
  return () => ({ handOff: none, ask: none });
}
