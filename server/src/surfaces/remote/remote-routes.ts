// The contract of remote tools, served: POST /v1/tools/{tool_type}.{action} calls the tool of that name, so that another
// platform's adapter, or another server like this one, can use our tools. Translates, decides nothing.
import type { Clock } from '../../base/clock.ts';
import { ToolcribError, toToolcribError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json.ts';
import type { Log } from '../../base/log.ts';
import type { Corridor } from '../../invoke/call.ts';
import { goneListeners, readJson, sendJsonText, setErrorHeaders, tokenReader } from '../http.ts';
import type { Exchange, Route } from '../route.ts';
import { failureText, successText } from './envelope.ts';

export interface RemoteDeps {
  readonly corridor: Corridor;
  readonly clock: Clock;
  readonly log: Log;
}

export function remoteRoutes(deps: RemoteDeps): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/tools/{name}',
      cross_origin: true,
      handle: (exchange) => call(deps, exchange),
      error: (exchange, thrown) => answerError(deps, exchange, { error: toToolcribError(thrown) }),
    },
  ];
}

async function call(deps: RemoteDeps, exchange: Exchange): Promise<void> {
  const body = await readJson(exchange);
  if (!isJsonObject(body)) throw invalid('it is not an object with the parameters and "context"');
  const { context, ...args } = body;
  if (context !== undefined && context !== null && !isJsonObject(context)) throw invalid('"context" is not an object');
  const outcome = await deps.corridor.call({
    surface: 'remote',
    authorization: exchange.request.headers.authorization,
    host: exchange.request.headers.host,
    tokenOf: tokenReader(exchange),
    tool: exchange.params['name'] ?? '',
    args,
    on_gone: goneListeners(exchange),
  });
  const { call_id } = outcome;
  tellWhose(deps, call_id, context?.['execution_id']);
  if (!exchange.response.headersSent) exchange.response.setHeader('x-call-id', call_id);
  if (outcome.kind === 'error') answerError(deps, exchange, { error: outcome.error, call_id });
  else sendJsonText(exchange, 200, successText(outcome.result, timestampOf(deps)));
}

function invalid(problem: string): ToolcribError {
  return new ToolcribError('body_invalid', { params: { problem } });
}

/**
 * What the caller says of itself decides nothing: tenant and person are those of the key. Its id of the call is worth knowing
 * when somebody compares the two sides.
 */
function tellWhose({ log }: RemoteDeps, call_id: string, execution_id: unknown): void {
  if (typeof execution_id !== 'string' || !/^[\w.:-]{1,100}$/.test(execution_id)) return;
  log.info('remote-call', { call_id, execution_id });
}

function answerError(
  deps: RemoteDeps,
  exchange: Exchange,
  { error, call_id }: { readonly error: ToolcribError; readonly call_id?: string },
): void {
  setErrorHeaders(exchange, error);
  const { request_id } = exchange;
  const ids = { request_id, ...(call_id === undefined ? {} : { call_id }) };
  sendJsonText(exchange, error.status, failureText(error, { timestamp: timestampOf(deps), ...ids }));
}

function timestampOf({ clock }: RemoteDeps): string {
  return new Date(clock.now()).toISOString();
}
