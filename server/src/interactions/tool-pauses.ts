// The pauses that a tool asks for while it runs, bound to the call that asks. What the call was given before it paused again
// (an approval, an answer) is kept for its repetition.
import { ToolcribError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import type { HandOffOutcome, HandOffRequest, Question, ToolPauses } from '../catalog/pauses.ts';
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

export interface PauseFunctions {
  /** interactions/handoff/hand-off.ts */
  readonly handOff: (call: PausingCall, request: HandOffRequest) => Promise<HandOffOutcome>;
  /** interactions/input/ask.ts */
  readonly ask: (call: PausingCall, question: Question) => Promise<JsonObject>;
}

export function createToolPauses({ handOff, ask }: PauseFunctions): ToolPausesFor {
  return (call) => ({
    handOff: (request) => handOff(call, request),
    ask: (question) => ask(call, question),
  });
}

/** Has its place and is not there yet. */
export function noPause(): Promise<never> {
  return Promise.reject(new ToolcribError('internal'));
}
