// tools/call: one call through the corridor. What the tool says meanwhile goes to the caller where it asked for it.
import type { CallEvent } from '../../catalog/result.ts';
import { isJsonObject } from '../../base/json.ts';
import type { TokenOf } from '../../invoke/verify.ts';
import type { Corridor } from '../../invoke/call.ts';
import type { Reply } from './event-stream.ts';
import { isRequestError, toFailure } from './failures.ts';
import { isRequestId, metaOf } from './message.ts';
import type { RequestMessage } from './message.ts';
import { failure, metaKeys, revisionTraits } from './protocol.ts';
import type { Failure } from './protocol.ts';
import { errorParts, resultParts } from './results.ts';
import type { ResultParts } from './results.ts';
import { isWanted } from './revision.ts';
import type { Served } from './revision.ts';

export interface ToolCall {
  readonly message: RequestMessage;
  readonly served: Served;
  readonly authorization: string | undefined;
  /** Reads the token that came for an auth service. */
  readonly tokenOf: TokenOf;
  readonly toolset: string | undefined;
  readonly on_gone: (listener: () => void) => void;
  /** Absent inside a batch, which is one plain answer. */
  readonly reply: Reply | undefined;
}

export async function callTool(corridor: Corridor, call: ToolCall): Promise<ResultParts | Failure> {
  const { served } = call;
  const { name, arguments: args } = call.message.params ?? {};
  if (typeof name !== 'string')
    return failure({ status: 200, code: 'invalid_params' }, 'tools/call needs the name of a tool.');
  if (args !== undefined && !isJsonObject(args)) {
    return failure({ status: 200, code: 'invalid_params' }, 'The arguments of tools/call must be an object.');
  }
  const cursor = metaOf(call.message.params)[metaKeys.cursor];
  const outcome = await corridor.call({
    surface: 'mcp',
    authorization: call.authorization,
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
      ? errorParts(outcome.error)
      : resultParts(outcome.result, revisionTraits[served.revision].structured && !served.is_toolbox);
  return { members: parts.members, meta: { ...parts.meta, [metaKeys.call_id]: outcome.call_id } };
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
