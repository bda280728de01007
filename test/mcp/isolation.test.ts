// Callers of the MCP surface beside each other: nothing of one reaches another, and what is not listed cannot be called.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callMcp, handshakeRequest, statelessRequest } from '../support/mcp-request.ts';
import { createMeeting } from '../support/meeting-kind.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

const guests = 24;
const tools = `
tools:
  meet:
    kind: meeting
    guests: ${guests}
    description: Answers with its value once all are there.
    parameters:
      - {name: value, type: string, description: Any text}
  wait:
    kind: meeting
    guests: 0
    description: Waits until it is cancelled.
toolsets:
  private: [meet]
`;

const meeting = createMeeting();
let server: TestServer;
let acme: string;
let other: string;
beforeAll(async () => {
  server = await startTestServer({
    tools,
    tools_of: 'acme',
    tenants: ['acme', 'other'],
    more_kinds: { tools: [meeting.kind] },
  });
  acme = server.keys['acme'] ?? '';
  other = server.keys['other'] ?? '';
});
afterAll(() => server.stop());

test('calls with the same id that run at once get each their own answer (A10)', async () => {
  const values = Array.from({ length: guests }, (_, index) => `value-${index}`);
  const texts = await Promise.all(
    values.map(async (value, index) => {
      const request = { method: 'tools/call', params: { name: 'meet', arguments: { value } }, id: 1 };
      const sent = index % 2 === 0 ? handshakeRequest(request) : statelessRequest(request);
      const answer = await server.request('POST', '/mcp', { ...sent, key: acme });
      return answer.body.result.content as unknown;
    }),
  );
  expect(texts).toEqual(values.map((value) => [{ type: 'text', text: value }]));
});

describe("another tenant's tool", () => {
  test('is neither listed nor called, and looks like one that does not exist (A07)', async () => {
    const list = await callMcp(server, { method: 'tools/list' }, { key: other });
    expect(list.body.result).toEqual({ tools: [] });

    const call = async (name: string): Promise<string> => {
      const request = { method: 'tools/call', params: { name, arguments: { value: 'x' } } };
      const answer = await callMcp(server, request, { key: other });
      return answer.text.replaceAll(name, 'NAME');
    };
    expect(await call('meet')).toBe(await call('nowhere'));
    expect(await call('meet')).toContain('tool_not_found');
  });

  test('is not there over the native API either (A07)', async () => {
    const look = async (path: string): Promise<string> => {
      const answer = await server.request('GET', path, { key: other });
      return `${answer.status} ${String(answer.body.code)}`;
    };
    expect(await look('/api/tool/meet')).toBe('404 tool_not_found');
    expect(await look('/api/toolset/private')).toBe('404 toolset_not_found');
    const invoked = await server.request('POST', '/api/tool/meet/invoke', { key: other, body: { value: 'x' } });
    expect([invoked.status, invoked.body.code]).toEqual([404, 'tool_not_found']);
  });

  test("cannot be reached through the tenant's toolset", async () => {
    const answer = await server.request('POST', '/mcp/private', {
      ...handshakeRequest({ method: 'tools/list' }),
      key: other,
    });
    expect([answer.status, answer.body.error.data.code]).toEqual([404, 'toolset_not_found']);
  });
});

test('a tool outside the toolset of the address cannot be called there', async () => {
  const request = handshakeRequest({ method: 'tools/call', params: { name: 'wait', arguments: {} } });
  const answer = await server.request('POST', '/mcp/private', { ...request, key: acme });
  expect(answer.body.error).toMatchObject({ code: -32_602, data: { code: 'tool_not_found' } });
});

test('a caller that goes away ends its call', async () => {
  const gone = new AbortController();
  const request = handshakeRequest({ method: 'tools/call', params: { name: 'wait', arguments: {} } });
  const answer = fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: { ...request.headers, 'content-type': 'application/json', authorization: `Bearer ${acme}` },
    body: JSON.stringify(request.body),
    signal: gone.signal,
  });
  await meeting.begun;
  gone.abort();
  await expect(answer).rejects.toThrow('abort');
  expect(await meeting.cancelled).toMatchObject({ code: 'call_cancelled' });
});
