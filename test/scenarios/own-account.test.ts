// The example of accounts of one's own, as its text says it: a tool file without anybody's token, two people, a service in the
// shape of GitHub's API.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

const people: Readonly<Record<string, string>> = { 'Bearer token-of-ada': 'ada', 'Bearer token-of-ben': 'ben' };

describe('examples/own-account', () => {
  let github: LocalHttp;
  let toolcrib: TestServer;
  let ben: string;

  beforeAll(async () => {
    github = await startLocalHttp(({ headers, path }, response) => {
      const login = people[headers.authorization ?? ''];
      const body = login === undefined ? { message: 'Bad credentials' } : path.startsWith('/user') ? { login } : [];
      response.writeHead(login === undefined ? 401 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    toolcrib = await startTestServer({
      tools: readFileSync(new URL('../../examples/own-account/tools.yaml', import.meta.url), 'utf8'),
      tenants: ['acme'],
      config: { allowed_private: ['127.0.0.1'] },
      environment: (name) => (name === 'GITHUB_API' ? github.url : undefined),
    });
    const member = { email: 'ben@acme.example', name: 'Ben', role: 'member' };
    const { body: made } = await toolcrib.request('POST', '/v1/members', { body: member });
    const key = {
      name: 'of ben',
      user_id: made.user_id,
      scopes: ['tools.use', 'credentials.use', 'credentials.write'],
    };
    ben = (await toolcrib.request('POST', '/v1/keys', { body: key })).body.secret;
  });
  afterAll(async () => {
    await toolcrib.stop();
    await github.close();
  });

  const profile = (key: string) => toolcrib.request('POST', '/v1/tools/github_profile/call', { key, body: {} });
  const add = (key: string, token: string) =>
    toolcrib.request('POST', '/v1/credentials', {
      key,
      body: { name: 'my github', system: 'github', strategy: 'token', fields: { token } },
    });

  test('a call without an account pauses with a link; with one it is answered for its owner, for two people at once', async () => {
    verifies('CRD-01');
    const paused = await profile(toolcrib.key);
    expect([paused.status, paused.body.error.code]).toEqual([409, 'connect_required']);
    expect(paused.body.error.interaction).toMatchObject({
      kind: 'connect',
      url: expect.stringContaining('/interactions/'),
    });
    expect((await add(toolcrib.key, 'token-of-ada')).status).toBe(201);
    expect((await profile(toolcrib.key)).body.result).toEqual({ kind: 'value', value: { login: 'ada' } });
    expect((await profile(ben)).body.error.code).toBe('connect_required');
    await add(ben, 'token-of-ben');
    expect((await profile(ben)).body.result.value).toEqual({ login: 'ben' });
    expect((await profile(toolcrib.key)).body.result.value).toEqual({ login: 'ada' });
  });

  test('a token that the service no longer takes is told as that', async () => {
    const { body } = await toolcrib.request('GET', '/v1/credentials');
    const [mine] = body.credentials;
    await toolcrib.request('PATCH', `/v1/credentials/${mine.id}`, { body: { fields: { token: 'revoked' } } });
    expect((await profile(toolcrib.key)).body.error.code).toBe('credential_refused');
    expect((await profile(toolcrib.key)).body.error.code).toBe('connect_required');
  });
});
