// The MCP surface: POST /mcp for all tools of the caller, POST /mcp/{toolset} for one toolset. One endpoint for all
// revisions, no session for any. Translates between JSON-RPC over HTTP and the corridor; decides nothing.
import { toToolcribError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { TokenOf } from '../../invoke/verify.ts';
import { goneListeners, readJson, sendJsonText, setErrorHeaders, tokenReader } from '../http.ts';
import type { Exchange, Route } from '../route.ts';
import { dispatch, refusalOf } from './dispatch.ts';
import type { DispatchDeps } from './dispatch.ts';
import { createReply } from './event-stream.ts';
import type { Reply } from './event-stream.ts';
import { toFailure } from './failures.ts';
import { readMessage } from './message.ts';
import type { Message, RequestMessage } from './message.ts';
import { declaresLinks, sessionId } from './pauses.ts';
import { assumedRevision, failure, isRevision, responseText, revisionTraits } from './protocol.ts';
import type { Answer, Failure, RequestId, Revision } from './protocol.ts';
import { serveAs } from './revision.ts';

export function mcpRoutes(deps: DispatchDeps): readonly Route[] {
  // The toolbox clients write the address with a slash at its end.
  return ['/mcp', '/mcp/', '/mcp/{toolset}'].map((path) => ({
    method: 'POST',
    path,
    cross_origin: true,
    handle: (exchange) => serve(deps, exchange),
    error: sendRpcError,
  }));
}

/** What belongs to the HTTP request rather than to one message in it. */
interface Scene {
  readonly exchange: Exchange;
  readonly authorization: string | undefined;
  readonly host: string | undefined;
  readonly tokenOf: TokenOf;
  readonly toolset: string | undefined;
  readonly on_gone: (listener: () => void) => void;
}

async function serve(deps: DispatchDeps, exchange: Exchange): Promise<void> {
  const body = await readJson(exchange);
  const scene: Scene = {
    exchange,
    authorization: exchange.request.headers.authorization,
    host: exchange.request.headers.host,
    tokenOf: tokenReader(exchange),
    toolset: exchange.params['toolset'],
    on_gone: goneListeners(exchange),
  };
  if (Array.isArray(body)) return serveBatch(deps, scene, body);
  const message = readMessage(body);
  const reply = createReply(exchange);
  const answer = await answerMessage(deps, scene, message, reply);
  if (answer === undefined) return accept(exchange);
  const id = message.kind === 'request' || message.kind === 'invalid' ? message.id : null;
  end(scene, reply, id, answer);
}

/** The answer to one message; undefined where there is nothing to say. */
async function answerMessage(
  deps: DispatchDeps,
  scene: Scene,
  message: Message,
  reply: Reply | undefined,
): Promise<Answer | undefined> {
  if (message.kind === 'invalid')
    return failure({ status: 400, code: 'invalid_request' }, 'This is not a JSON-RPC 2.0 message.');
  if (message.kind === 'response') {
    return failure(
      { status: 400, code: 'invalid_request' },
      'This server asks its clients nothing, so it takes no responses.',
    );
  }
  const served = serveAs(message, scene.exchange.request.headers);
  if (served.kind === 'failure') return served;
  if (reply === undefined && !revisionTraits[served.revision].batches) return noBatches;
  if (message.kind === 'request') {
    if (message.method === 'initialize') nameSession(scene, message, served.revision);
    return dispatch(deps, { ...scene, message, served, reply });
  }
  // Notifications are accepted and change nothing: a running call ends when its caller closes the connection.
  return refusalOf(deps, scene);
}

/** Where the client wants a session, or has said what it can show: then it says it again with each request. */
function nameSession({ exchange }: Scene, { params }: RequestMessage, revision: Revision): void {
  const { wants_session, may_show_links } = revisionTraits[revision];
  const shows_links = may_show_links && declaresLinks(params);
  if (!wants_session && !shows_links) return;
  exchange.response.setHeader('mcp-session-id', sessionId(exchange.request_id, shows_links));
}

async function serveBatch(deps: DispatchDeps, scene: Scene, body: readonly unknown[]): Promise<void> {
  const reply = createReply(scene.exchange);
  const refused = refuseBatch(scene.exchange, body) ?? (await refusalOf(deps, scene));
  if (refused !== undefined) return end(scene, reply, null, refused);
  const answers = await Promise.all(
    body.map(async (item) => {
      const message = readMessage(item);
      if (message.kind === 'request' && message.method === 'initialize') {
        return responseText(
          message.id,
          failure({ status: 200, code: 'invalid_request' }, 'initialize cannot be part of a batch.'),
        );
      }
      const answer = await answerMessage(deps, scene, message, undefined);
      const id = message.kind === 'request' || message.kind === 'invalid' ? message.id : null;
      return answer === undefined ? undefined : responseText(id, answer);
    }),
  );
  const texts = answers.filter((text) => text !== undefined);
  if (texts.length === 0) return accept(scene.exchange);
  reply.end(200, `[${texts.join(',')}]`);
}

/** Whether the whole batch is refused. Batches came and went within one revision. */
function refuseBatch({ request }: Exchange, body: readonly unknown[]): Failure | undefined {
  const revision = String(request.headers['mcp-protocol-version'] ?? assumedRevision);
  if (!isRevision(revision) || !revisionTraits[revision].batches) return noBatches;
  if (body.length === 0) return failure({ status: 400, code: 'invalid_request' }, 'The batch is empty.');
  return body.length > limits.mcp_batch_messages
    ? failure({ status: 400, code: 'invalid_request' }, `A batch has at most ${limits.mcp_batch_messages} messages.`)
    : undefined;
}

const noBatches = failure(
  { status: 400, code: 'invalid_request' },
  'Only revision 2025-03-26 of the protocol has batches.',
);

function accept({ response }: Exchange): void {
  response.writeHead(202, { 'content-length': 0 });
  response.end();
}

function end({ exchange }: Scene, reply: Reply, id: RequestId | null, answer: Answer): void {
  if (answer.kind === 'failure' && answer.error !== undefined) setErrorHeaders(exchange, answer.error);
  reply.end(answer.kind === 'failure' ? answer.status : 200, responseText(id, answer));
}

/** What goes wrong before there is a message to answer. */
function sendRpcError(exchange: Exchange, thrown: unknown): void {
  const error = toToolcribError(thrown);
  const failed = toFailure(error);
  setErrorHeaders(exchange, error);
  sendJsonText(exchange, failed.status, responseText(null, failed));
}
