// A character that no column takes, in every text that comes from outside: an answer that says so, and no alarm in the log.
// Anybody could fill the log otherwise, without being signed in.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browse, signIn } from '../support/people.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let toolcrib: TestServer;
beforeAll(async () => {
  toolcrib = await startTestServer();
});
afterAll(() => toolcrib.stop());

const nobody = '00000000-0000-7000-8000-000000000000';
const nul = '\0';

describe('A39 NUL from somebody who is not signed in', () => {
  test.each([
    ['organisation', { organisation: `x${nul}`, email: 'a@b.example', password: 'x' }],
    ['address', { organisation: 'default', email: `a${nul}@b.example`, password: 'x' }],
  ])('%s', async (_name, form) => {
    expect((await signIn(toolcrib, form)).status).toBe(400);
  });

  test.each(['/sign-in?organisation=%00', `/sign-on/%00/${nobody}`])('%s', async (path) => {
    expect((await browse(toolcrib, 'GET', path)).status).toBe(400);
  });
});

describe('A39 NUL in what an operation takes', () => {
  test.each([
    ['DELETE', '/v1/choices/%00', undefined],
    ['GET', '/v1/credentials?system=%00', undefined],
    ['PUT', '/v1/policies', { tool: nul, action: 'allow' }],
    ['POST', '/v1/keys', { name: `x${nul}` }],
    ['POST', '/v1/members', { name: `x${nul}`, email: 'x@x.example', role: 'member' }],
    ['POST', '/v1/invitations', { name: `x${nul}`, email: 'x@x.example' }],
    ['POST', '/v1/workspaces', { name: `x${nul}`, slug: 'x' }],
    ['POST', '/v1/oauth-clients', { provider: 'github', name: `x${nul}`, client_id: 'x' }],
    ['POST', '/v1/credentials/revoke', { system: `x${nul}` }],
  ])('%s %s', async (method, path, body) => {
    const answer = await toolcrib.request(method, path, { body });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'body_invalid']);
  });
});

test('nothing of it is an alarm in the log', () => {
  expect(toolcrib.log_lines.filter((line) => line.includes('request-failed'))).toEqual([]);
});
