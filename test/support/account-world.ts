// A server whose one HTTP tool calls a service in the shape of GitHub's API with the caller's token, and its people. The
// service keeps what it was sent: that is how a test knows whose account a call has used.
import { expect } from 'vitest';
import { startLocalHttp } from './local-http.ts';
import type { LocalHttp, Respond } from './local-http.ts';
import { callMcp } from './mcp-request.ts';
import { startTestServer } from './test-server.ts';
import type { Answer, TestServer, TestServerOptions } from './test-server.ts';

export interface Person {
  readonly name: string;
  readonly user_id: string;
  readonly key: string;
}

export interface AccountWorld {
  readonly toolcrib: TestServer;
  readonly service: LocalHttp;
  /** Tokens that the service answers with 401. */
  readonly refused: Set<string>;
  /** Makes a member with a key. */
  person(name: string, role?: string): Promise<Person>;
  /** Adds a credential; gives its id. */
  add(person: Person, fields: NewAccount): Promise<string>;
  /** Calls a tool over REST or MCP. The token that arrived, or the code of the error. */
  whose(person: Person, options?: { readonly tool?: string; readonly surface?: 'rest' | 'mcp' }): Promise<string>;
  stop(): Promise<void>;
}

export interface NewAccount {
  readonly name?: string;
  readonly token: string;
  readonly scope?: 'private' | 'shared';
  readonly system?: string;
}

/** `more`: further sources and tools, in the form of the file. `{service}` stands for the address of the service. */
export async function startAccountWorld(
  more: { readonly sources?: string; readonly tools?: string } = {},
  options: TestServerOptions = {},
): Promise<AccountWorld> {
  const refused = new Set<string>();
  const respond: Respond = ({ headers }, response) => {
    const token = tokenOf(headers.authorization);
    response.setHeader('content-type', 'application/json');
    if (token === undefined || refused.has(token)) {
      response.statusCode = 401;
      response.end('{"message":"Bad credentials"}');
    } else response.end('{"login":"octocat"}');
  };
  const service = await startLocalHttp(respond);
  const tools = `
sources:
  hub: {kind: http, baseUrl: '{service}', credential: {system: github}}
${more.sources ?? ''}
tools:
  who: {kind: http, source: hub, method: GET, path: /user, description: d}
${more.tools ?? ''}`.replaceAll('{service}', service.url);
  const toolcrib = await startTestServer({
    tools,
    tenants: ['acme', 'other'],
    ...options,
    config: { allowed_private: ['127.0.0.1'], ...options.config },
  });

  const ask = async (person: Person, tool: string, surface: 'rest' | 'mcp'): Promise<Answer> =>
    surface === 'rest'
      ? toolcrib.request('POST', `/v1/tools/${tool}/call`, { body: {}, key: person.key })
      : callMcp(toolcrib, { method: 'tools/call', params: { name: tool, arguments: {} } }, { key: person.key });

  return {
    toolcrib,
    service,
    refused,
    person: async (name, role = 'member') => {
      const email = `${name}@acme.example`;
      const member = await toolcrib.request('POST', '/v1/members', { body: { email, name, role } });
      expect(member.status).toBe(201);
      const { user_id } = member.body;
      const key = await toolcrib.request('POST', '/v1/keys', { body: { name, user_id, scopes: scopesOf(role) } });
      expect(key.status).toBe(201);
      return { name, user_id, key: key.body.secret };
    },
    add: async ({ key }, { token, name = token, scope = 'private', system = 'github' }) => {
      const body = { name, system, scope, strategy: 'token', fields: { token } };
      const made = await toolcrib.request('POST', '/v1/credentials', { key, body });
      expect(made.status, made.text).toBe(201);
      return made.body.id;
    },
    whose: async (person, { tool = 'who', surface = 'rest' } = {}) => {
      const before = service.requests.length;
      const answer = await ask(person, tool, surface);
      const sent = service.requests.slice(before).map(({ headers }) => tokenOf(headers.authorization));
      const code = errorCode(answer);
      return code ?? sent.join(' then ');
    },
    stop: async () => {
      await toolcrib.stop();
      await service.close();
    },
  };
}

function tokenOf(authorization: string | undefined): string | undefined {
  return /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
}

function scopesOf(role: string): readonly string[] {
  const member = ['tools.use', 'credentials.use', 'credentials.write'];
  if (role === 'member') return member;
  return role === 'builder' ? [...member, 'credentials.share'] : [...member, 'credentials.share', 'credentials.manage'];
}

/** Undefined when the call has succeeded; over MCP it stands in the result's `_meta`. */
function errorCode({ body, status }: Answer): string | undefined {
  if (status >= 400) return String(body.error.code);
  return body.result?._meta?.['toolcrib/error']?.code ?? body.error?.data?.code;
}
