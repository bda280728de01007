// A26: no secret and no approval is ever asked for by a form in the client. Every pause is a link to a page of ours, and a
// client that cannot show links gets text.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callMcp, linkCapabilities, statelessRequest } from '../support/mcp-request.ts';
import type { TestPerson } from '../support/people.ts';
import { startPausingWorld } from '../support/pausing-world.ts';
import type { PausingWorld } from '../support/pausing-world.ts';
import type { Answer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

describe('A26 a secret by form instead of by link', () => {
  let world: PausingWorld;
  let ann: TestPerson;
  beforeAll(async () => {
    world = await startPausingWorld();
    ann = await world.person('ann');
  });
  afterAll(() => world.stop());

  const calls = [
    ['connect', { name: 'read_mail', arguments: {} }],
    ['approve', { name: 'wire_money', arguments: { to: 'bob', amount: 5 } }],
  ] as const;
  const declared: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['nothing', {}],
    ['forms, the old way', { elicitation: {} }],
    ['forms', { elicitation: { form: {} } }],
    ['links', linkCapabilities],
    ['forms and links', { elicitation: { form: {}, url: {} } }],
  ];

  const stateless = (params: Readonly<Record<string, unknown>>, capabilities: Readonly<Record<string, unknown>>) =>
    callMcp(
      world.toolcrib,
      { method: 'tools/call' },
      { ...statelessRequest({ method: 'tools/call', params, capabilities }), key: ann.key },
    );

  async function handshake(params: unknown, capabilities: unknown, revision: string): Promise<Answer> {
    const post = (method: string, sent: unknown, headers: Record<string, string>) =>
      world.toolcrib.request('POST', '/mcp', {
        body: { jsonrpc: '2.0', id: 1, method, params: sent },
        headers,
        key: ann.key,
      });
    const clientInfo = { name: 'test', version: '1' };
    const hello = await post('initialize', { protocolVersion: revision, capabilities, clientInfo }, {});
    const session = hello.headers.get('mcp-session-id');
    const headers = { 'mcp-protocol-version': revision, ...(session === null ? {} : { 'mcp-session-id': session }) };
    return post('tools/call', params, headers);
  }

  /** Every elicitation anywhere in an answer. */
  function elicitations(value: unknown): Record<string, unknown>[] {
    if (typeof value !== 'object' || value === null) return [];
    const own = 'mode' in value || 'requestedSchema' in value ? [value as Record<string, unknown>] : [];
    return [...own, ...Object.values(value).flatMap((item) => elicitations(item))];
  }

  describe.each(calls)('%s', (_kind, params) => {
    test.each(declared)('of a client that declares %s', async (_what, capabilities) => {
      verifies('INT-02');
      const answers = [
        await stateless(params, capabilities),
        await handshake(params, capabilities, '2025-11-25'),
        await handshake(params, capabilities, '2025-06-18'),
        await handshake(params, capabilities, '2024-11-05'),
      ];
      for (const { body, text } of answers) {
        for (const asked of elicitations(body)) {
          expect(asked['mode']).toBe('url');
          expect(asked).not.toHaveProperty('requestedSchema');
          expect(new URL(String(asked['url'])).origin).toBe(world.toolcrib.url);
        }
        // Whatever it can show, the way to the page is there.
        expect(text).toContain(`${world.toolcrib.url}/interactions/`);
      }
    });
  });

  test('no tool that needs an account takes one as an argument', async () => {
    const list = await callMcp(world.toolcrib, { method: 'tools/list' }, { key: ann.key });
    const tools = list.body.result.tools as readonly { readonly name: string; readonly inputSchema: object }[];
    expect(tools.find(({ name }) => name === 'read_mail')?.inputSchema).toMatchObject({
      properties: {},
      additionalProperties: false,
    });
  });
});
