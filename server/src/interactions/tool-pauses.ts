// The pauses that a tool asks for while it runs, bound to the call that asks. What the call was given before it paused again
// (an approval, an answer) is kept for its repetition.
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import type { HandOffOutcome, HandOffRequest, Question, ToolPauses } from '../catalog/pauses.ts';
import type { Principal } from '../identity/principal.ts';
import type { Store } from '../store/store.ts';
import { forgetAnswers, giveBack } from './keep-for-repetition.ts';

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

/** What one call may ask for, and what becomes of it. */
export interface CallPauses {
  readonly pauses: ToolPauses;
  /** To be told how the tool has ended: keeps what the call was given when it pauses. Nothing to wait for in the normal case. */
  readonly ended: (thrown?: unknown) => Promise<void> | undefined;
}

export type ToolPausesFor = (call: PausingCall) => CallPauses;

export interface PauseFunctions {
  /** interactions/handoff/hand-off.ts */
  readonly handOff: (call: PausingCall, request: HandOffRequest) => Promise<HandOffOutcome>;
  /** interactions/input/ask.ts */
  readonly ask: (call: PausingCall, question: Question) => Promise<JsonObject>;
}

export interface PauseDeps extends PauseFunctions {
  readonly store: Store;
  readonly clock: Clock;
}

export function createToolPauses({ handOff, ask, ...deps }: PauseDeps): ToolPausesFor {
  return (call) => {
    const ended_call = { tenant_id: call.principal.tenant_id, call_id: call.call_id };
    let answered = false;
    return {
      pauses: {
        handOff: (request) => handOff(call, request),
        ask: async (question) => {
          const answers = await ask(call, question);
          answered = true;
          return answers;
        },
      },
      ended: (thrown) => {
        const interaction = thrown instanceof ToolcribError ? thrown.interaction : undefined;
        if (interaction !== undefined) return giveBack(deps, ended_call, interaction);
        return answered ? forgetAnswers(deps, ended_call) : undefined;
      },
    };
  };
}
