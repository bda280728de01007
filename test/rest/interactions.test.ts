// Interactions and policies over REST: what a program sees of a pause, how it waits, and who may set policies.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationCaller } from '../support/operation-caller.ts';
import { startPausingWorld } from '../support/pausing-world.ts';
import type { PausingWorld } from '../support/pausing-world.ts';
import type { TestPerson } from '../support/people.ts';
import { verifies } from '../support/verifies.ts';

let world: PausingWorld;
let ann: TestPerson;
let ben: TestPerson;
let boss: TestPerson;
const call = operationCaller(() => world.toolcrib);

beforeAll(async () => {
  world = await startPausingWorld();
  ann = await world.person('ann');
  ben = await world.person('ben');
  boss = await world.person('boss', { role: 'admin' });
});
afterAll(() => world.stop());

describe('a call that waits for a yes', () => {
  it('409 carries the interaction, and the same call runs after the yes', async () => {
    verifies('INT-01', 'INT-02');
    const paused = await world.wire(ann);
    expect(paused.status).toBe(409);
    const { error } = paused.body;
    expect(error).toMatchObject({ code: 'approval_required', retryable: false });
    expect(error.interaction).toMatchObject({
      kind: 'approve',
      url: `${world.toolcrib.url}/interactions/${error.interaction.id}`,
    });
    expect(error.hint).toContain(error.interaction.url);
    expect(paused.headers.get('link')).toBe(`<${error.interaction.url}>; rel="interaction"`);
    expect(world.wires()).toEqual([]);
    expect((await world.answer(ann, error.interaction, { do: 'yes' })).status).toBe(303);
    expect((await world.wire(ann)).status).toBe(200);
    expect(world.wires()).toEqual([{ to: 'bob', amount: 5 }]);
    const calls = (await call('listCalls', '/v1/audit/calls', { key: boss.key })).body.calls;
    expect(calls[0]).toMatchObject({ outcome: 'ok', interaction_id: error.interaction.id });
    expect(calls[1]).toMatchObject({ outcome: 'interaction', interaction_id: error.interaction.id });
  });

  it('200 shows how it stands, to its person alone', async () => {
    verifies('INT-01');
    const { id } = await world.askToWire(ann, { to: 'carl' });
    const shown = await call('getInteraction', `/v1/interactions/${id}`, { key: ann.key });
    expect(shown.body).toMatchObject({ id, status: 'pending', tool: 'wire_money', used: false, four_eyes: false });
    expect(shown.body.user).toMatchObject({ id: ann.user_id, email: ann.email });
    const foreign = await call('getInteraction', `/v1/interactions/${id}`, { key: ben.key });
    expect(foreign.status).toBe(404);
    const { mine, to_decide } = (await call('listInteractions', '/v1/interactions', { key: ann.key })).body;
    expect(mine.map((one: { id: string }) => one.id)).toContain(id);
    expect(to_decide).toEqual([]);
    expect((await call('listInteractions', '/v1/interactions', { key: ben.key })).body.mine).toEqual([]);
  });

  it('200 waits until a person has acted, and answers at once then', async () => {
    const offer = await world.askToWire(ann, { to: 'dora' });
    const waiting = call('getInteraction', `/v1/interactions/${offer.id}?wait_s=30`, { key: ann.key });
    await world.answer(ann, offer, { do: 'no' });
    expect((await waiting).body.status).toBe('denied');
    expect((await world.wire(ann, { to: 'dora' })).body.error.code).toBe('approval_denied');
  });

  it('400 for a wait that is too long', async () => {
    const { id } = await world.askToWire(ann, { to: 'dave' });
    const answer = await call('getInteraction', `/v1/interactions/${id}?wait_s=31`, { key: ann.key });
    expect(answer.body.error.code).toBe('body_invalid');
  });

  it('200 cancels, by its person alone; 409 when it is over', async () => {
    const { id } = await world.askToWire(ann, { to: 'emil' });
    expect((await call('cancelInteraction', `/v1/interactions/${id}/cancel`, { key: ben.key })).status).toBe(404);
    const cancelled = await call('cancelInteraction', `/v1/interactions/${id}/cancel`, { key: ann.key });
    expect(cancelled.body.status).toBe('cancelled');
    expect((await call('cancelInteraction', `/v1/interactions/${id}/cancel`, { key: ann.key })).status).toBe(409);
    expect((await world.askToWire(ann, { to: 'emil' })).id).not.toBe(id);
  });

  it('200 takes a decision from a browser, 403 from a key', async () => {
    verifies('INT-02');
    const { id } = await world.askToWire(ann, { to: 'fay' });
    const path = `/v1/interactions/${id}/decision`;
    const body = { decision: 'yes' };
    const refused = await call('decideInteraction', path, { key: ann.key, body });
    expect(refused.body.error.code).toBe('session_required');
    expect((await world.fromBrowser(ann, 'POST', path, body)).body).toMatchObject({ status: 'done' });
    expect((await world.wire(ann, { to: 'fay' })).status).toBe(200);
  });
});

describe('policies', () => {
  const set = (body: object, key = boss.key) => call('setPolicy', '/v1/policies', { key, body });

  it('200 sets, replaces, lists and removes; each counts at once', async () => {
    const made = await set({ tool: 'look', action: 'refuse' });
    expect(made.body).toMatchObject({ tool: 'look', danger: null, action: 'refuse' });
    const look = () => world.toolcrib.request('POST', '/v1/tools/look/call', { key: ann.key, body: {} });
    expect((await look()).body.error.code).toBe('policy_refused');
    const again = await set({ tool: 'look', action: 'ask' });
    expect(again.body.id).toBe(made.body.id);
    expect((await look()).body.error.code).toBe('approval_required');
    const listed = await call('listPolicies', '/v1/policies', { key: boss.key });
    expect(listed.body.policies).toEqual([again.body]);
    expect((await call('removePolicy', `/v1/policies/${made.body.id}`, { key: boss.key })).status).toBe(200);
    expect((await look()).status).toBe(200);
    expect((await call('removePolicy', `/v1/policies/${made.body.id}`, { key: boss.key })).status).toBe(404);
    expect((await call('removePolicy', '/v1/policies/x', { key: boss.key })).status).toBe(404);
  });

  it('403 for members, 404 for policies of another tenant', async () => {
    expect((await set({ danger: 'critical', action: 'allow' }, ann.key)).status).toBe(403);
    const { id } = (await set({ danger: 'low', action: 'ask' })).body;
    const foreign = world.toolcrib.keys['other'] ?? '';
    expect((await call('removePolicy', `/v1/policies/${id}`, { key: foreign })).status).toBe(404);
    expect((await call('listPolicies', '/v1/policies', { key: foreign })).body.policies).toEqual([]);
    await call('removePolicy', `/v1/policies/${id}`, { key: boss.key });
  });

  it('400 for a subject that is none, or two', async () => {
    for (const body of [{ action: 'ask' }, { tool: 'x', danger: 'low', action: 'ask' }, { tool: 'x', action: 'no' }]) {
      expect((await set(body)).body.error.code).toBe('body_invalid');
    }
  });

  it('four eyes: somebody else decides', async () => {
    verifies('INT-02');
    const { id: policy } = (await set({ tool: 'wire_money', action: 'four_eyes' })).body;
    const { id } = await world.askToWire(ann, { to: 'gus' });
    const path = `/v1/interactions/${id}/decision`;
    expect((await world.fromBrowser(ann, 'POST', path, { decision: 'yes' })).body.error.code).toBe('forbidden');
    const { to_decide } = (await call('listInteractions', '/v1/interactions', { key: boss.key })).body;
    expect(to_decide).toEqual([expect.objectContaining({ id, four_eyes: true })]);
    expect((await world.fromBrowser(ben, 'POST', path, { decision: 'yes' })).status).toBe(404);
    expect((await world.fromBrowser(boss, 'POST', path, { decision: 'yes' })).status).toBe(200);
    expect((await world.wire(ann, { to: 'gus' })).status).toBe(200);
    await call('removePolicy', `/v1/policies/${policy}`, { key: boss.key });
  });
});
