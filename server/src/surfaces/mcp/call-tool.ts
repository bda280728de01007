// tools/call: one call through the corridor. What the tool says meanwhile goes to the caller where it asked for it.
import type { ToolcribError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { CallEvent } from '../../catalog/result.ts';
import type { Identify } from '../../identity/principal.ts';
import type { InteractionWaiter } from '../../interactions/interaction-waiter.ts';
import type { Corridor } from '../../invoke/call.ts';
import type { TokenOf } from '../../invoke/verify.ts';
import type { Reply } from './event-stream.ts';
import { isRequestError, toFailure } from './failures.ts';
import { isRequestId, metaOf } from './message.ts';
import type { RequestMessage } from './message.ts';
import { elicitationFailure, inputRequiredParts, linkAnswer, stateRefused } from './pauses.ts';
import { failure, metaKeys, revisionTraits } from './protocol.ts';
import type { Failure } from './protocol.ts';
import { openState, sealState } from './request-state.ts';
import type { StateDeps, StatedCall } from './request-state.ts';
import { errorParts, resultParts } from './results.ts';
import type { ResultParts } from './results.ts';
import { isWanted } from './revision.ts';
import type { Served } from './revision.ts';

export interface ToolCall {
  readonly message: RequestMessage;
  readonly served: Served;
  readonly authorization: string | undefined;
  /** Value of the Host header. */
  readonly host: string | undefined;
  /** Reads the token that came for an auth service. */
  readonly tokenOf: TokenOf;
  readonly toolset: string | undefined;
  readonly on_gone: (listener: () => void) => void;
  /** Absent inside a batch, which is one plain answer. */
  readonly reply: Reply | undefined;
}

/** What a call and its pause need. */
export interface PauseDeps extends StateDeps {
  readonly corridor: Corridor;
  readonly identify: Identify;
  readonly waiter: InteractionWaiter;
}

export async function callTool(deps: PauseDeps, call: ToolCall): Promise<ResultParts | Failure> {
  const { served } = call;
  const { name, arguments: args } = call.message.params ?? {};
  if (typeof name !== 'string')
    return failure({ status: 200, code: 'invalid_params' }, 'tools/call needs the name of a tool.');
  if (args !== undefined && !isJsonObject(args)) {
    return failure({ status: 200, code: 'invalid_params' }, 'The arguments of tools/call must be an object.');
  }
  const stated = { tool: name, toolset: call.toolset, args };
  const waited = await waitForPerson(deps, call, stated);
  if (waited === 'not ours') return stateRefused;
  const cursor = metaOf(call.message.params)[metaKeys.cursor];
  const outcome = await deps.corridor.call({
    surface: 'mcp',
    authorization: call.authorization,
    host: call.host,
    tokenOf: call.tokenOf,
    tool: name,
    toolset: call.toolset,
    args,
    cursor: typeof cursor === 'string' ? cursor : undefined,
    on_gone: call.on_gone,
    on_event: eventSender(call),
  });
  if (outcome.kind === 'error' && isRequestError(outcome.error)) return toFailure(outcome.error);
  const parts =
    outcome.kind === 'error'
      ? await showError(deps, outcome.error, { call, stated, waited })
      : resultParts(outcome.result, revisionTraits[served.revision].structured && !served.is_toolbox);
  if ('kind' in parts) return parts;
  return { ...parts, meta: { ...parts.meta, [metaKeys.call_id]: outcome.call_id } };
}

/** What is known of the person from the round before this one. */
type Waited = 'first round' | 'opened' | 'refused' | 'not ours';

/** A repeated call waits until its person has acted, for a while: clients repeat it as soon as the link is open. */
async function waitForPerson(deps: PauseDeps, call: ToolCall, stated: StatedCall): Promise<Waited> {
  const text = call.message.params?.['requestState'];
  if (!revisionTraits[call.served.revision].stateless || text === undefined) return 'first round';
  const principal = await deps.identify(call.authorization);
  const id = await openState(deps, principal, { text, call: stated });
  if (id === undefined) return 'not ours';
  const answer = linkAnswer(call.message.params);
  if (answer === 'refused') return 'refused';
  const { tenant_id } = principal;
  await deps.waiter.wait({ tenant_id, id, wait_ms: limits.mcp_pause_wait_ms, on_gone: call.on_gone });
  return 'opened';
}

interface Round {
  readonly call: ToolCall;
  readonly stated: StatedCall;
  readonly waited: Waited;
}

async function showError(deps: PauseDeps, error: ToolcribError, round: Round): Promise<ResultParts | Failure> {
  const { call, stated, waited } = round;
  const offer = error.interaction;
  // Who did not want the link is not shown it again in the same breath.
  if (offer === undefined || !call.served.shows_links || waited === 'refused') return errorParts(error);
  if (!revisionTraits[call.served.revision].stateless) return elicitationFailure(error, offer);
  const principal = await deps.identify(call.authorization);
  const state = await sealState(deps, principal, { offer, call: stated });
  return inputRequiredParts(error, offer, { state, open_link: waited !== 'opened' });
}

/** Progress goes to those who gave a token for it and must grow; log messages to those who want their level. */
function eventSender({ message, served, reply }: ToolCall): ((event: CallEvent) => void) | undefined {
  if (reply === undefined) return undefined;
  const progressToken = metaOf(message.params)['progressToken'];
  let reached = Number.NEGATIVE_INFINITY;
  return (event) => {
    if (event.kind === 'log') {
      const { level, data } = event;
      if (isWanted(level, served.log_level)) {
        reply.notify('notifications/message', { level, logger: message.params?.['name'], data });
      }
      return;
    }
    const { progress, total, message: text } = event;
    if (!isRequestId(progressToken) || progress <= reached) return;
    reached = progress;
    reply.notify('notifications/progress', { progressToken, progress, total, message: text });
  };
}
