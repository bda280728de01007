// The native API of MCP Toolbox for Databases, for its clients: manifest and invoke. Translates, decides nothing.
import { ToolcribError, toToolcribError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json.ts';
import type { Corridor } from '../../invoke/call.ts';
import { goneListeners, readJson, sendJsonText, setErrorHeaders, tokenReader } from '../http.ts';
import type { Exchange, Route } from '../route.ts';
import { errorText, resultText } from './answers.ts';
import { manifestText } from './manifest.ts';

export interface ToolboxDeps {
  readonly corridor: Corridor;
  /** Version of this server. */
  readonly version: string;
}

export function toolboxRoutes(deps: ToolboxDeps): readonly Route[] {
  const routes: readonly Omit<Route, 'error'>[] = [
    // Clients write the nameless toolset with a slash at its end.
    ...['/api/toolset', '/api/toolset/', '/api/toolset/{toolset}'].map((path) => ({
      method: 'GET' as const,
      path,
      handle: (exchange: Exchange) => showToolset(deps, exchange),
    })),
    { method: 'GET', path: '/api/tool/{tool}', handle: (exchange) => showTool(deps, exchange) },
    { method: 'POST', path: '/api/tool/{tool}/invoke', handle: (exchange) => invoke(deps, exchange) },
  ];
  return routes.map((route) => ({ ...route, cross_origin: true, error: sendError }));
}

async function showToolset({ corridor, version }: ToolboxDeps, exchange: Exchange): Promise<void> {
  const { authorization } = exchange.request.headers;
  const tools = await corridor.list({ authorization, toolset: exchange.params['toolset'] });
  sendJsonText(exchange, 200, manifestText(tools, version));
}

async function showTool({ corridor, version }: ToolboxDeps, exchange: Exchange): Promise<void> {
  const { authorization } = exchange.request.headers;
  const tool = await corridor.get({ authorization, tool: exchange.params['tool'] ?? '' });
  sendJsonText(exchange, 200, manifestText([tool], version));
}

async function invoke({ corridor }: ToolboxDeps, exchange: Exchange): Promise<void> {
  const args = await readJson(exchange);
  if (!isJsonObject(args)) {
    throw new ToolcribError('body_invalid', { params: { problem: 'it is not an object with one entry per argument' } });
  }
  const outcome = await corridor.call({
    surface: 'toolbox',
    authorization: exchange.request.headers.authorization,
    host: exchange.request.headers.host,
    tokenOf: tokenReader(exchange),
    tool: exchange.params['tool'] ?? '',
    args,
    on_gone: goneListeners(exchange),
  });
  if (outcome.kind === 'error') answerError(exchange, outcome.error, outcome.call_id);
  else sendJsonText(exchange, 200, resultText(outcome.result));
}

function sendError(exchange: Exchange, thrown: unknown): void {
  answerError(exchange, toToolcribError(thrown));
}

function answerError(exchange: Exchange, error: ToolcribError, call_id?: string): void {
  setErrorHeaders(exchange, error);
  const ids = { request_id: exchange.request_id, ...(call_id === undefined ? {} : { call_id }) };
  // Its clients take every 2xx for a result: what a person must do first is a conflict for them, whichever it is.
  const status = error.status < 400 ? 409 : error.status;
  sendJsonText(exchange, status, errorText(error, { ...ids, status }));
}
