// The conformance kit of the contract of remote tools: asks a live service what an adapter would ask it, rightly and wrongly,
// and says what it does and what it should do instead. Calls a tool for its effect only when it is told to.
import type { HttpAnswer, HttpClient } from '../../base/http-client.ts';
import { isJsonObject, writeJson } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { remoteUrl } from './call-remote.ts';
import { envelopeProblems, readEnvelope } from './read-envelope.ts';
import type { Envelope } from './read-envelope.ts';
import { requiredOf, sampleArguments } from './sample-arguments.ts';

export interface ServiceToCheck {
  readonly base_url: string;
  readonly token: string | undefined;
  readonly tools: readonly RemoteToolToCheck[];
  /** One answer takes no longer. */
  readonly timeout_ms: number;
}

export interface RemoteToolToCheck {
  /** As a reader knows it. */
  readonly name: string;
  readonly tool_type: string;
  readonly action: string;
  readonly input_schema: JsonObject;
  /** Whether it may be called: it changes nothing, or whoever checks wants it. */
  readonly may_call: boolean;
  /** Instead of a sample made from the schema. */
  readonly arguments?: JsonObject;
  /** What is sent of the connection beside the arguments. */
  readonly connection?: JsonObject;
}

export interface ServiceFinding {
  /** What was asked: `unknown action`. */
  readonly check: string;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  /** What came, and what is expected instead. */
  readonly detail: string;
}

/** One finding per check, in the order in which they are made. Throws nothing that the service causes. */
export async function* checkService(client: HttpClient, service: ServiceToCheck): AsyncGenerator<ServiceFinding> {
  const [first] = service.tools;
  if (first === undefined) {
    yield { check: 'tools', outcome: 'failed', detail: 'the pack has no tools of a remote service' };
    return;
  }
  const probe: Question = { tool: { ...first, action: 'toolcrib_no_such_action' }, body: bodyOf({}) };
  const ask = (question: Question): Promise<Answer> => send(client, service, question);
  yield refusal('unknown action', await ask(probe), [400, 404, 422, 200]);
  if (service.token === undefined) {
    yield { check: 'no token', outcome: 'skipped', detail: 'give --token to see whether the service asks for it' };
  } else {
    yield refusal('no token', await ask({ ...probe, token: undefined }), [401, 403]);
    yield refusal('wrong token', await ask({ ...probe, token: `${service.token}x` }), [401, 403]);
  }
  yield refusal('half a JSON text', await ask({ tool: first, body: '{"context":' }), [400, 422, 200]);
  yield refusal('a list instead of an object', await ask({ tool: first, body: '[]' }), [400, 422, 200]);
  await ask({ ...probe, timeout_ms: 1 });
  yield refusal('after a caller that gave up', await ask(probe), [400, 404, 422, 200]);
  for (const tool of service.tools) {
    yield* checkTool(tool, ask);
  }
}

async function* checkTool(
  tool: RemoteToolToCheck,
  ask: (question: Question) => Promise<Answer>,
): AsyncGenerator<ServiceFinding> {
  const { name, input_schema, may_call, connection = {}, arguments: given = sampleArguments(input_schema) } = tool;
  const missing = `${name} without its parameters`;
  const [required] = requiredOf(input_schema);
  if (required === undefined) yield { check: missing, outcome: 'skipped', detail: 'it has none that are required' };
  else yield refusal(missing, await ask({ tool, body: bodyOf({}) }), [400, 422, 200]);
  const check = `${name} with its parameters and a context`;
  if (may_call) {
    yield success(check, await ask({ tool, body: bodyOf({ ...given, ...connection }) }));
  } else {
    const detail = 'it may have an effect: --effects calls it, --tool NAME --args JSON says with what';
    yield { check, outcome: 'skipped', detail };
  }
}

interface Question {
  readonly tool: Pick<RemoteToolToCheck, 'tool_type' | 'action'>;
  readonly body: string;
  /** Instead of the service's. */
  readonly token?: string | undefined;
  readonly timeout_ms?: number;
}

type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly envelope: Envelope; readonly http: HttpAnswer }
  | { readonly kind: 'none'; readonly reason: string };

function bodyOf(params: JsonObject): string {
  const execution_id = '018f0000-0000-7000-8000-000000000001';
  return writeJson({ ...params, context: { tenant_id: 'conformance', workspace_id: 'conformance', execution_id } });
}

async function send(client: HttpClient, service: ServiceToCheck, question: Question): Promise<Answer> {
  const { base_url } = service;
  const { body, tool, timeout_ms = service.timeout_ms } = question;
  const token = 'token' in question ? question.token : service.token;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  try {
    const answer = await client.request({
      method: 'POST',
      url: remoteUrl({ base_url, ...tool }),
      headers: { 'content-type': 'application/json', 'idempotency-key': 'conformance-1', ...authorization },
      body,
      timeout_ms,
      limit_bytes: limits.http_body_bytes,
    });
    return { kind: 'answer', status: answer.status, envelope: readEnvelope(answer.body), http: answer };
  } catch (thrown) {
    return { kind: 'none', reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** It must refuse, in the envelope, at a status that fits. */
function refusal(check: string, answer: Answer, statuses: readonly number[]): ServiceFinding {
  if (answer.kind === 'none') return { check, outcome: 'failed', detail: answer.reason };
  const { status, envelope } = answer;
  const wrong = (detail: string): ServiceFinding => ({
    check,
    outcome: 'failed',
    detail: `status ${status}: ${detail}`,
  });
  const expected = 'expected {"success": false, "error": {"code", "message"}, "timestamp"}';
  if (envelope.kind === 'success') return wrong(`it says success; ${expected}`);
  if (envelope.kind !== 'refusal') return wrong(`${envelopeProblems[envelope.problem]}; ${expected}`);
  if (envelope.error.message === '') return wrong('its error has no message');
  if (!statuses.includes(status)) return wrong(`expected one of ${statuses.join(', ')}`);
  const flaw = flawOf(answer.http);
  if (flaw !== undefined) return wrong(flaw);
  return { check, outcome: 'ok', detail: `status ${status}, code ${envelope.error.code}` };
}

function success(check: string, answer: Answer): ServiceFinding {
  if (answer.kind === 'none') return { check, outcome: 'failed', detail: answer.reason };
  const { status, envelope } = answer;
  const wrong = (detail: string): ServiceFinding => ({
    check,
    outcome: 'failed',
    detail: `status ${status}: ${detail}`,
  });
  if (envelope.kind === 'refusal') return wrong(`${envelope.error.code}: ${envelope.error.message}`);
  if (envelope.kind !== 'success') return wrong(envelopeProblems[envelope.problem]);
  const flaw = flawOf(answer.http);
  return flaw === undefined ? { check, outcome: 'ok', detail: `status ${status}` } : wrong(flaw);
}

/** What no adapter stumbles over, and the contract says nevertheless. */
function flawOf({ headers, body }: HttpAnswer): string | undefined {
  const type = headers.get('content-type') ?? '';
  if (!/^application\/json\s*(?:;|$)/i.test(type)) return 'its content-type is not application/json';
  const answer: unknown = JSON.parse(body.toString('utf8'));
  const { timestamp } = isJsonObject(answer) ? answer : {};
  const is_instant = typeof timestamp === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(timestamp);
  return is_instant && Number.isFinite(Date.parse(timestamp)) ? undefined : 'its timestamp is no instant of ISO 8601';
}
