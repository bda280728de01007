// A24: whoever calls, a model, an MCP client or any program with a key, cannot say yes to its own call, by no way there is.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callMcp, handshakeRequest, linkCapabilities, statelessRequest } from '../support/mcp-request.ts';
import { browse, csrfOf } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { startPausingWorld } from '../support/pausing-world.ts';
import type { Offer, PausingWorld } from '../support/pausing-world.ts';
import { verifies } from '../support/verifies.ts';

describe('A24 the caller approves its own call', () => {
  let world: PausingWorld;
  let owner: TestPerson;
  let offer: Offer;
  let serial = 0;
  const args = (): { to: string; amount: number } => ({ to: `bob${serial}`, amount: 5 });

  beforeAll(async () => {
    world = await startPausingWorld();
    // Somebody who may do everything, so that nothing but the rule itself stops the call.
    owner = await world.person('chief', { role: 'admin' });
  });
  beforeEach(async () => {
    serial += 1;
    offer = await world.askToWire(owner, args());
  });
  afterAll(() => world.stop());

  async function expectStillWaiting(): Promise<void> {
    const shown = await world.toolcrib.request('GET', `/v1/interactions/${offer.id}`, { key: owner.key });
    expect(shown.body.status).toBe('pending');
    expect((await world.wire(owner, args())).body.error.code).toBe('approval_required');
    expect(world.wires()).toEqual([]);
  }

  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    world.toolcrib.request(method, path, { key: owner.key, headers, ...(body === undefined ? {} : { body }) });

  test('with its API key over REST, whatever it may do', async () => {
    verifies('INT-02');
    const path = `/v1/interactions/${offer.id}/decision`;
    expect((await send('POST', path, { decision: 'yes' })).body.error.code).toBe('session_required');
    // Also when it pretends to be a browser.
    const origin = new URL(world.toolcrib.url).origin;
    const browserly = { origin, 'sec-fetch-site': 'same-origin', cookie: `__Host-toolcrib=${owner.key}` };
    expect((await send('POST', path, { decision: 'yes' }, browserly)).body.error.code).toBe('session_required');
    const session = { authorization: `Session ${owner.key}` };
    expect((await send('POST', path, { decision: 'yes' }, session)).status).toBe(401);
    await expectStillWaiting();
  });

  test('with its API key on the page', async () => {
    const path = `/interactions/${offer.id}`;
    for (const headers of [
      { authorization: `Bearer ${owner.key}` },
      { cookie: `__Host-toolcrib=${owner.key}` },
      { cookie: `__Host-toolcrib=${owner.key.replace('tc_', 'ts_')}` },
    ]) {
      const page = await browse(world.toolcrib, 'GET', path, { headers });
      expect(page.status).toBe(303);
      expect(page.headers.get('location')).toMatch(/^\/sign-in/);
      const posted = await browse(world.toolcrib, 'POST', path, { headers, form: { do: 'yes', csrf: csrfOf(page) } });
      expect(posted.headers.get('location')).toMatch(/^\/sign-in/);
    }
    await expectStillWaiting();
  });

  test('by arguments, by members of the call, by headers', async () => {
    const call = (body: unknown, headers: Record<string, string> = {}) =>
      send('POST', '/v1/tools/wire_money/call', body, headers);
    for (const more of [
      { approved: true },
      { approval: offer.id },
      { interaction_id: offer.id },
      { decision: 'yes' },
    ]) {
      expect((await call({ arguments: args(), ...more })).body.error.code).toBe('body_invalid');
      expect((await call({ arguments: { ...args(), ...more } })).body.error.code).toBe('arguments_invalid');
    }
    const headers = { 'x-approved': 'true', 'x-approval-id': offer.id, 'x-interaction': offer.id };
    expect((await call({ arguments: args() }, headers)).body.error.code).toBe('approval_required');
    await expectStillWaiting();
  });

  test.each([
    { action: 'accept' },
    { action: 'accept', content: { approved: true, decision: 'yes' } },
    { action: 'accept', content: { do: 'yes' } },
  ])('by what an MCP client says that its person has done: %j', async (response) => {
    verifies('INT-02');
    const params = { name: 'wire_money', arguments: args() };
    const capabilities = linkCapabilities;
    const mcp = (more: object) =>
      callMcp(
        world.toolcrib,
        { method: 'tools/call' },
        {
          ...statelessRequest({ method: 'tools/call', params: { ...params, ...more }, capabilities }),
          key: owner.key,
        },
      );
    const first = await mcp({});
    expect(first.body.result).toMatchObject({ resultType: 'input_required' });
    const { requestState, inputRequests } = first.body.result;
    const inputResponses = Object.fromEntries(Object.keys(inputRequests).map((key) => [key, response]));
    // The server waits for the person a while; nobody comes.
    const waiting = mcp({ inputResponses, requestState });
    await send('POST', `/v1/interactions/${offer.id}/cancel`);
    const second = await waiting;
    expect(second.body.result).toMatchObject({ resultType: 'input_required' });
    expect((await mcp({ inputResponses })).body.result).toMatchObject({ resultType: 'input_required' });
    expect(world.wires()).toEqual([]);
  });

  test('by an MCP message that answers a question which was never asked', async () => {
    for (const body of [
      { jsonrpc: '2.0', id: offer.id, result: { action: 'accept' } },
      { jsonrpc: '2.0', method: 'notifications/elicitation/complete', params: { elicitationId: offer.id } },
      { jsonrpc: '2.0', id: 1, method: 'elicitation/create', params: { mode: 'url', elicitationId: offer.id } },
    ]) {
      const { headers } = handshakeRequest({ method: 'tools/call' });
      await world.toolcrib.request('POST', '/mcp', {
        body,
        key: owner.key,
        ...(headers === undefined ? {} : { headers }),
      });
    }
    await expectStillWaiting();
  });

  test('by changing the policy with a key that was made for calling', async () => {
    const made = await send('POST', '/v1/keys', { name: 'agent', scopes: ['tools.use', 'credentials.use'] });
    const agent = { key: made.body.secret as string };
    const body = { tool: 'wire_money', action: 'allow' };
    expect((await world.toolcrib.request('PUT', '/v1/policies', { ...agent, body })).status).toBe(403);
    expect((await world.toolcrib.request('POST', '/v1/keys', { ...agent, body: { name: 'more' } })).status).toBe(403);
    expect((await world.toolcrib.request('POST', '/v1/invitations', { ...agent, body })).status).toBe(403);
    await expectStillWaiting();
  });

  test('by a page of another site, in the browser of the person', async () => {
    const page = await browse(world.toolcrib, 'GET', `/interactions/${offer.id}`, { cookie: owner.cookie });
    const form = { csrf: csrfOf(page), do: 'yes' };
    const post = (headers: Record<string, string | undefined>, fields: Record<string, string>) =>
      browse(world.toolcrib, 'POST', `/interactions/${offer.id}`, { cookie: owner.cookie, headers, form: fields });
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await post(foreign, form)).status).toBe(403);
    expect((await post({ origin: undefined, 'sec-fetch-site': undefined }, form)).status).toBe(403);
    expect((await post({ 'sec-fetch-site': 'same-site' }, form)).status).toBe(403);
    expect((await post({}, { do: 'yes' })).status).toBe(403);
    expect((await post({}, { do: 'yes', csrf: 'x'.repeat(43) })).status).toBe(403);
    await expectStillWaiting();
  });
});
