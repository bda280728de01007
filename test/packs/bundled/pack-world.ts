// A server with the bundled packs, one of them turned on, and in front of the provider a recorder that keeps what was asked.
import { expect } from 'vitest';
import { startLocalHttp } from '../../support/local-http.ts';
import type { LocalHttp, ReceivedRequest } from '../../support/local-http.ts';
import { startTestServer } from '../../support/test-server.ts';
import type { Answer, TestServer } from '../../support/test-server.ts';

/** How the provider answers: a status, headers and a body. */
export interface ProviderAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, a text as it is. */
  readonly body?: unknown;
}

export interface PackWorld {
  readonly toolcrib: TestServer;
  readonly provider_url: string;
  /** What the provider was asked since the last call, oldest first. */
  readonly asked: () => readonly Asked[];
  /** Answers the next requests, in this order; then the usual way again. */
  readonly answerWith: (...answers: readonly ProviderAnswer[]) => void;
  readonly call: (tool: string, args?: object) => Promise<Answer>;
  /** The value of a call that must work. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly valueOf: (tool: string, args?: object) => Promise<any>;
  readonly stop: () => Promise<void>;
}

export interface Asked extends Omit<ReceivedRequest, 'path'> {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- of every shape
  readonly json: any;
}

export interface PackWorldOptions {
  readonly pack: string;
  /** Settings of the environment that lead to the provider; `{url}` stands for its address. */
  readonly environment: Readonly<Record<string, string>>;
  readonly credential?: object;
  /** Where requests go on to, when they are not answered with what was given: a mock of Prism. */
  readonly upstream?: string;
  /** How a request is answered otherwise. */
  readonly answer?: (asked: Asked) => ProviderAnswer;
}

export async function startPackWorld(options: PackWorldOptions): Promise<PackWorld> {
  const { pack, environment, credential, upstream, answer } = options;
  const asked: Asked[] = [];
  const answers: ProviderAnswer[] = [];
  const provider: LocalHttp = await startLocalHttp((request, response) => {
    const one = toAsked(request);
    asked.push(one);
    const given = answers.shift() ?? answer?.(one);
    if (given === undefined && upstream !== undefined) {
      void pass(upstream, request).then(async (passed) => {
        response.writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? 'application/json' });
        response.end(await passed.text());
      });
      return;
    }
    const { status = 200, headers = {}, body = {} } = given ?? { status: 500 };
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const toolcrib = await startTestServer({
    tools: '{}',
    environment: (name) => environment[name]?.replace('{url}', provider.url),
    config: { allowed_private: ['127.0.0.1'], packs_bundled: true },
  });
  const enabled = await toolcrib.request('PUT', `/v1/packs/${pack}`, { body: { enabled: true } });
  expect([enabled.status, enabled.body.error]).toEqual([200, undefined]);
  if (credential !== undefined) {
    const made = await toolcrib.request('POST', '/v1/credentials', { body: { name: 'account', ...credential } });
    expect([made.status, made.body.error]).toEqual([201, undefined]);
  }
  const call: PackWorld['call'] = (tool, args = {}) => {
    asked.length = 0;
    return toolcrib.request('POST', `/v1/tools/${tool}/call`, { body: { arguments: args } });
  };
  return {
    toolcrib,
    provider_url: provider.url,
    asked: () => asked,
    answerWith: (...given) => void answers.push(...given),
    call,
    valueOf: async (tool, args) => {
      const { status, body } = await call(tool, args);
      expect([status, body.error]).toEqual([200, undefined]);
      return body.result.value;
    },
    stop: async () => {
      await toolcrib.stop();
      await provider.close();
    },
  };
}

function toAsked(request: ReceivedRequest): Asked {
  const url = new URL(request.path, 'http://provider');
  let json: unknown;
  try {
    json = JSON.parse(request.body);
  } catch {
    json = undefined;
  }
  return { ...request, path: url.pathname, query: Object.fromEntries(url.searchParams), json };
}

function pass(upstream: string, { method, path, headers, body }: ReceivedRequest): Promise<Response> {
  const sent = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && !['host', 'connection', 'content-length', 'accept-encoding'].includes(name)
      ? // GitHub wants a media type of its own to be asked for, which its description does not know.
        [[name, value.replace('application/vnd.github+json', 'application/json')] as const]
      : [],
  );
  return fetch(`${upstream}${path}`, { method, headers: Object.fromEntries(sent), ...(body === '' ? {} : { body }) });
}

/** Errors that every pack tells alike, held at one tool of it that asks the provider once. */
export async function expectCommonErrors(world: PackWorld, tool: string, args: object): Promise<void> {
  const told = async (answer: ProviderAnswer) => {
    world.answerWith(answer);
    const { body } = await world.call(tool, args);
    return { code: body.error.code, of_tool: body.error.service_error?.code, wait_s: body.error.retry_after_s, body };
  };
  const hostile = 'planted \u001b[31m\u202E"words"\n of the service';
  expect(await told({ status: 404, body: hostile })).toMatchObject({ code: 'tool_refused', of_tool: 'not_found' });
  expect(await told({ status: 403, body: {} })).toMatchObject({ code: 'tool_refused', of_tool: 'not_allowed' });
  expect(await told({ status: 422, body: {} })).toMatchObject({ code: 'tool_refused', of_tool: 'invalid_request' });
  expect(await told({ status: 429, headers: { 'retry-after': '7' } })).toMatchObject({
    ...{ code: 'tool_busy', of_tool: 'rate_limited', wait_s: 7 },
  });
  expect(await told({ status: 503, body: hostile })).toMatchObject({
    code: 'tool_busy',
    of_tool: 'service_unavailable',
  });
  expect(await told({ status: 302, headers: { location: 'http://elsewhere.example/' } })).toMatchObject({
    ...{ code: 'tool_refused', of_tool: 'bad_answer' },
  });
  expect(await told({ body: '<html>planted</html>' })).toMatchObject({ code: 'tool_refused', of_tool: 'bad_answer' });
  const { body } = await told({ status: 500, body: 'planted-detail' });
  expect(JSON.stringify(body)).not.toContain('planted');
}
