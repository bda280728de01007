// Questions and hand-offs as clients of every kind see them: a link and never a form, and never something that they could take
// for a result.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callMcp, linkCapabilities, statelessRequest } from '../support/mcp-request.ts';
import { addPerson, browse, csrfOf } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { startTestServer } from '../support/test-server.ts';
import type { Answer, TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

const tools = `
sources:
  exams: {kind: handoff, start_url: 'http://127.0.0.1:9/start/', result_url: 'http://127.0.0.1:9/result/'}
tools:
  exam: {kind: handoff, source: exams, description: An exam.}
  ask_name:
    kind: input
    description: Asks for a name.
    message: Who?
    form: {type: object, properties: {name: {type: string}}}
`;

let toolcrib: TestServer;
let ann: TestPerson;
beforeAll(async () => {
  toolcrib = await startTestServer({ tools, strict: true });
  ann = await addPerson(toolcrib, { email: 'ann@people.example' });
});
afterAll(() => toolcrib.stop());

const stateless = (params: Readonly<Record<string, unknown>>, capabilities = {}) =>
  toolcrib.request('POST', '/mcp', {
    ...statelessRequest({ method: 'tools/call', params, capabilities }),
    key: ann.key,
  });

describe.each([
  ['exam', 'handoff', 'handoff_required'],
  ['ask_name', 'input', 'input_required'],
])('the tool %s', (name, kind, code) => {
  const link = (): RegExp => new RegExp(`^${toolcrib.url}/interactions/[0-9a-f-]{36}$`);

  test('2026-07-28 with links: input_required with a URL, also when it is repeated and nothing has happened', async () => {
    verifies('INT-01');
    const { result } = (await stateless({ name, arguments: {} }, linkCapabilities)).body;
    expect(result.resultType).toBe('input_required');
    expect(Object.values(result.inputRequests)).toMatchObject([
      { method: 'elicitation/create', params: { mode: 'url', url: expect.stringMatching(link()) as unknown } },
    ]);
    expect(result.content).toBeUndefined();
  });

  test('2025-11-25 with links: the error of a needed URL', async () => {
    const begun = await toolcrib.request('POST', '/mcp', {
      key: ann.key,
      body: {
        jsonrpc: '2.0',
        id: 0,
        method: 'initialize',
        params: {
          protocolVersion: '2025-11-25',
          capabilities: linkCapabilities,
          clientInfo: { name: 'test', version: '1' },
        },
      },
    });
    const session = begun.headers.get('mcp-session-id') ?? '';
    const { body } = await callMcp(
      toolcrib,
      { method: 'tools/call', params: { name, arguments: {} } },
      { key: ann.key, headers: { 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': session } },
    );
    expect(body.error).toMatchObject({ code: -32_042, data: { code, elicitations: [{ mode: 'url' }] } });
    expect(body.error.data.elicitations[0].url).toMatch(link());
  });

  test('older clients: a text with the link and the hint to repeat, as an error', async () => {
    const { result } = (
      await callMcp(toolcrib, { method: 'tools/call', params: { name, arguments: {} } }, { key: ann.key })
    ).body;
    expect(result.isError).toBe(true);
    expect(result.content[0].text).toMatch(/Ask the person to open http\S+\/interactions\/.*call again/s);
    expect(result.structuredContent).toBeUndefined();
  });

  test('the toolbox API: a conflict, whose text has the link', async () => {
    const answer: Answer = await toolcrib.request('POST', `/api/tool/${name}/invoke`, { key: ann.key, body: {} });
    expect([answer.status, answer.body.status, answer.body.code]).toEqual([409, 'Conflict', code]);
    expect(answer.body.error).toContain('/interactions/');
    expect(answer.body.result).toBeUndefined();
  });

  test('REST: the same interaction for all of them', async () => {
    const { body } = await toolcrib.request('GET', '/v1/interactions', { key: ann.key });
    expect(body.mine.filter((one: { tool: string }) => one.tool === name)).toMatchObject([{ kind, status: 'pending' }]);
  });
});

test('the page of a hand-off says where it leads, and its cancel ends the call', async () => {
  const call = () => toolcrib.request('POST', '/v1/tools/exam/call', { key: ann.key, body: {} });
  const { pending } = (await call()).body;
  const path = new URL(pending.url).pathname;
  const page = await browse(toolcrib, 'GET', path, { cookie: ann.cookie });
  for (const text of ['127.0.0.1:9', 'exams', 'Go on to 127.0.0.1:9', ann.email]) expect(page.text).toContain(text);
  expect(page.headers.get('content-security-policy')).toContain("form-action 'self' 127.0.0.1:9 https:");
  const go = await browse(toolcrib, 'POST', path, { cookie: ann.cookie, form: { csrf: csrfOf(page), do: 'start' } });
  expect([go.status, go.headers.get('location')]).toEqual([
    303,
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:9\/start\/\?access_token=th_/),
  ]);
  await browse(toolcrib, 'POST', path, { cookie: ann.cookie, form: { csrf: csrfOf(page), do: 'cancel' } });
  expect((await call()).body.error).toMatchObject({ code: 'handoff_ended' });
  expect((await call()).status).toBe(202);
});
