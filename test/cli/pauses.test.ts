// toolcrib call and the SDK wait for a person and go on by themselves; toolcrib policy sets when they must.
import { ToolcribClient } from '@toolcrib/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../server/src/cli/run.ts';
import type { TestPerson } from '../support/people.ts';
import { startPausingWorld } from '../support/pausing-world.ts';
import type { Offer, PausingWorld } from '../support/pausing-world.ts';
import { verifies } from '../support/verifies.ts';

let world: PausingWorld;
let ann: TestPerson;
let boss: TestPerson;
beforeAll(async () => {
  world = await startPausingWorld();
  ann = await world.person('ann');
  boss = await world.person('boss', { role: 'admin' });
});
afterAll(() => world.stop());

const offerFrom = (text: string): Offer => ({
  id: '',
  kind: '',
  message: '',
  url: /http\S+\/interactions\/[0-9a-f-]{36}/.exec(text)?.[0] ?? '',
});

interface Run {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

/** `onLink`: what the person does when the link is told. */
async function run(argv: readonly string[], by: TestPerson, onLink?: (offer: Offer) => unknown): Promise<Run> {
  let [out, err] = ['', ''];
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => {
      err += text;
      if (text.includes('/interactions/')) void onLink?.(offerFrom(text));
    },
  };
  const code = await runCli([...argv, '--url', world.toolcrib.url, '--key', by.key], io);
  return { out, err, code };
}

describe('toolcrib call', () => {
  const wire = (to: string): readonly string[] => ['call', 'wire_money', JSON.stringify({ to, amount: 5 })];

  test('prints the link, waits, and runs after the yes', async () => {
    verifies('INT-01');
    const { code, err, out } = await run(wire('bob'), ann, (offer) => world.answer(ann, offer, { do: 'yes' }));
    expect(err).toContain('Waiting until');
    expect([code, JSON.parse(out)]).toEqual([0, { path: '/wire', body: '{"to": "bob", "amount": 5}' }]);
  });

  test('ends after the no', async () => {
    const { code, err } = await run(wire('carl'), ann, (offer) => world.answer(ann, offer, { do: 'no' }));
    expect([code, err]).toEqual([1, expect.stringContaining('[approval_denied]')]);
  });

  test('--no-wait fails with the link', async () => {
    const { code, err } = await run([...wire('dora'), '--no-wait'], ann);
    expect([code, err]).toEqual([1, expect.stringContaining('[approval_required]')]);
    expect(offerFrom(err).url).not.toBe('');
  });
});

test('the SDK waits for an account, then for a yes, and repeats the call', async () => {
  verifies('INT-01');
  const client = new ToolcribClient({ url: world.toolcrib.url, key: ann.key });
  const kinds: string[] = [];
  const { result } = await client.callTool(
    'send_mail',
    {},
    {
      onInteraction: async (offer) => {
        kinds.push(offer.kind);
        const form =
          offer.kind === 'connect' ? { do: 'connect', form: 'f0', 'f0.token': 'token-of-ann' } : { do: 'yes' };
        await world.answer(ann, offer, form);
      },
    },
  );
  expect(kinds).toEqual(['connect', 'approve']);
  expect(result).toMatchObject({ kind: 'value', value: { path: '/mail' } });
});

test('the SDK without a listener rejects with the interaction', async () => {
  const client = new ToolcribClient({ url: world.toolcrib.url, key: ann.key });
  const failed = client.callTool('wire_money', { to: 'eve', amount: 1 });
  await expect(failed).rejects.toMatchObject({
    code: 'approval_required',
    detail: { interaction: { kind: 'approve' } },
  });
  const [waiting] = (await client.listInteractions()).mine.filter(({ kind }) => kind === 'approve');
  expect((await client.getInteraction(waiting?.id ?? '')).status).toBe('pending');
  expect((await client.cancelInteraction(waiting?.id ?? '')).status).toBe('cancelled');
});

describe('toolcrib policy', () => {
  test('sets, lists and removes', async () => {
    const set = await run(['policy', 'set', 'refuse', '--tool', 'wire_money'], boss);
    expect([set.code, set.err]).toEqual([0, 'Calls of wire_money: refuse.\n']);
    await run(['policy', 'set', 'four_eyes', '--danger', 'high'], boss);
    const list = await run(['policy', 'list'], boss);
    expect(list.out).toMatch(/wire_money +refuse/);
    expect(list.out).toMatch(/danger high +four_eyes/);
    expect((await world.wire(ann)).body.error.code).toBe('policy_refused');
    expect((await run(['policy', 'remove', '--tool', 'wire_money'], boss)).code).toBe(0);
    expect((await run(['policy', 'remove', '--danger', 'high'], boss)).code).toBe(0);
    expect((await run(['policy', 'list'], boss)).out).not.toContain('wire_money');
  });

  test.each([
    [['policy', 'set', 'maybe', '--tool', 'x'], 'One action'],
    [['policy', 'set', 'ask'], 'Say which calls'],
    [['policy', 'set', 'ask', '--tool', 'x', '--danger', 'low'], 'Say which calls'],
    [['policy', 'remove', '--danger', 'huge'], 'Say which calls'],
    [['policy', 'remove', '--tool', 'nothing'], 'no such policy'],
  ])('%j is wrong usage', async (argv, text) => {
    const { code, err } = await run(argv, boss);
    expect([code, err]).toEqual([2, expect.stringContaining(text)]);
  });
});
