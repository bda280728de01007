// A12, of paused MCP calls: the state that a client carries is refused when it is forged, changed, used by another person or
// for another call, or too old. The right one is taken.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../server/src/base/limits.ts';
import { callMcp, linkCapabilities, statelessRequest } from '../support/mcp-request.ts';
import type { TestPerson } from '../support/people.ts';
import { startPausingWorld } from '../support/pausing-world.ts';
import type { PausingWorld } from '../support/pausing-world.ts';
import { verifies } from '../support/verifies.ts';

describe('A12 the state of a paused call', () => {
  let world: PausingWorld;
  let ann: TestPerson;
  let eve: TestPerson;
  let mallory: TestPerson;
  const bob = { to: 'bob', amount: 5 };

  beforeAll(async () => {
    world = await startPausingWorld();
    ann = await world.person('ann');
    eve = await world.person('eve');
    mallory = await world.person('mallory', { tenant: 'other' });
  });
  afterAll(() => world.stop());

  interface Sent {
    readonly name?: string;
    readonly args?: object;
    readonly more?: object;
  }

  const call = (by: TestPerson, { name = 'wire_money', args = bob, more = {} }: Sent = {}) =>
    callMcp(
      world.toolcrib,
      { method: 'tools/call' },
      {
        ...statelessRequest({
          method: 'tools/call',
          params: { name, arguments: args, ...more },
          capabilities: linkCapabilities,
        }),
        key: by.key,
      },
    );

  interface Asked {
    readonly requestState: string;
    readonly inputRequests: Readonly<Record<string, { readonly params: { readonly url: string } }>>;
  }

  async function pause(by: TestPerson = ann, sent: Sent = {}): Promise<Asked> {
    const { result } = (await call(by, sent)).body;
    expect(result).toMatchObject({ resultType: 'input_required', requestState: expect.any(String) });
    return result as Asked;
  }

  async function expectRefused(by: TestPerson, requestState: unknown, sent: Sent = {}): Promise<void> {
    const answer = await call(by, { ...sent, more: { requestState } });
    expect(answer.body.error).toMatchObject({ code: -32_602 });
    expect(world.wires()).toEqual([]);
  }

  test('tells nothing of what is in it', async () => {
    const { requestState } = await pause();
    const bytes = Buffer.from(requestState, 'base64url').toString('latin1');
    for (const part of [ann.user_id, 'wire_money', 'interaction', 'user_id']) expect(bytes).not.toContain(part);
  });

  test('forged, changed, cut or of a wrong type', async () => {
    verifies('INT-01');
    const { requestState } = await pause();
    const bytes = Buffer.from(requestState, 'base64url');
    for (let index = 0; index < bytes.length; index += 7) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      await expectRefused(ann, changed.toString('base64url'));
    }
    const plain = Buffer.from(JSON.stringify({ user_id: ann.user_id, expires_at: Number.MAX_SAFE_INTEGER }));
    for (const forged of [
      plain.toString('base64url'),
      requestState.slice(0, -4),
      '',
      'x',
      1,
      null,
      {},
      [requestState],
    ]) {
      await expectRefused(ann, forged);
    }
  });

  test('used by another person, of the same tenant and of another', async () => {
    verifies('INT-01');
    const { requestState } = await pause();
    await expectRefused(eve, requestState);
    await expectRefused(mallory, requestState);
  });

  test('used for another tool, or other arguments', async () => {
    const { requestState } = await pause();
    await expectRefused(ann, requestState, { args: { to: 'eve', amount: 5 } });
    await expectRefused(ann, requestState, { args: { to: 'bob', amount: 6 } });
    await expectRefused(ann, requestState, { name: 'look', args: {} });
  });

  test('used after its time', async () => {
    const { requestState } = await pause();
    world.pass(limits.approval_ms);
    await expectRefused(ann, requestState);
  });

  test('the right one waits for the person, and the call runs when they say yes', async () => {
    verifies('INT-01', 'INT-02');
    const { requestState, inputRequests } = await pause();
    const [[key, asked] = ['', undefined]] = Object.entries(inputRequests);
    const running = call(ann, { more: { requestState, inputResponses: { [key]: { action: 'accept' } } } });
    const url = asked?.params.url ?? '';
    await world.answer(ann, { id: '', kind: '', message: '', url }, { do: 'yes' });
    expect((await running).body.result).toMatchObject({ resultType: 'complete' });
    expect(world.wires()).toEqual([bob]);
    // The yes is used up: the same state gets no second call.
    const again = await call(ann, { more: { requestState } });
    expect(again.body.result).toMatchObject({ resultType: 'input_required' });
    expect(world.wires()).toEqual([bob]);
  });
});
