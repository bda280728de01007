// A11, of interactions: nobody finds, lists, follows or ends what was made for somebody else, and nothing tells an id that
// exists from one that does not.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browse } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { startPausingWorld } from '../support/pausing-world.ts';
import type { Offer, PausingWorld } from '../support/pausing-world.ts';
import { verifies } from '../support/verifies.ts';

describe("A11 other people's interactions", () => {
  let world: PausingWorld;
  let ann: TestPerson;
  let others: readonly (readonly [string, TestPerson])[];
  let offer: Offer;
  const unknown = '0193f3a0-0000-7000-8000-000000000000';

  beforeAll(async () => {
    world = await startPausingWorld();
    ann = await world.person('ann');
    others = [
      ['a member', await world.person('eve')],
      ['an admin', await world.person('boss', { role: 'admin' })],
      ['an admin of another tenant', await world.person('mallory', { role: 'admin', tenant: 'other' })],
    ];
    offer = await world.askToWire(ann);
  });
  afterAll(() => world.stop());

  /** Every way to an interaction: as a program and as a browser. */
  const ways: readonly (readonly [
    string,
    (by: TestPerson, id: string) => Promise<{ status: number; text: string }>,
  ])[] = [
    ['GET over REST', (by, id) => world.toolcrib.request('GET', `/v1/interactions/${id}`, { key: by.key })],
    ['a long wait', (by, id) => world.toolcrib.request('GET', `/v1/interactions/${id}?wait_s=30`, { key: by.key })],
    ['events', (by, id) => world.toolcrib.request('GET', `/v1/interactions/${id}/events`, { key: by.key })],
    ['cancel', (by, id) => world.toolcrib.request('POST', `/v1/interactions/${id}/cancel`, { key: by.key })],
    ['decide', (by, id) => world.fromBrowser(by, 'POST', `/v1/interactions/${id}/decision`, { decision: 'yes' })],
    ['the page', (by, id) => browse(world.toolcrib, 'GET', `/interactions/${id}`, { cookie: by.cookie })],
    ...['yes', 'no', 'cancel', 'choose', 'connect', 'answer', 'refuse', 'start'].map(
      (word) => [`the form: ${word}`, (by: TestPerson, id: string) => post(by, id, word)] as const,
    ),
  ];

  /** With a real proof of one's own session: taken from one's own list of sessions. */
  async function post(by: TestPerson, id: string, word: string): Promise<{ status: number; text: string }> {
    const account = await browse(world.toolcrib, 'GET', '/account', { cookie: by.cookie });
    const csrf = /name="csrf" value="([^"]+)"/.exec(account.text)?.[1] ?? '';
    return browse(world.toolcrib, 'POST', `/interactions/${id}`, { cookie: by.cookie, form: { csrf, do: word } });
  }

  /** Without what differs between any two answers. */
  const bytes = ({ status, text }: { status: number; text: string }): string =>
    `${status} ${text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')}`;

  test.each(ways)('%s finds nothing, in the same words as for an invented id', async (_name, attempt) => {
    verifies('INT-01');
    for (const [who, by] of others) {
      const found = await attempt(by, offer.id);
      expect(found.status, who).toBe(404);
      expect(bytes(found), who).toBe(bytes(await attempt(by, unknown)));
      expect(found.text).not.toContain('wire_money');
    }
  });

  test('no list names it', async () => {
    for (const [who, by] of others) {
      const list = await world.toolcrib.request('GET', '/v1/interactions', { key: by.key });
      expect(list.body, who).toEqual({ mine: [], to_decide: [] });
      const page = await browse(world.toolcrib, 'GET', '/interactions', { cookie: by.cookie });
      expect(page.text, who).not.toContain(offer.id);
    }
  });

  test('it still waits for its own person, and the tries of the same tenant are in the audit', async () => {
    const shown = await world.toolcrib.request('GET', `/v1/interactions/${offer.id}`, { key: ann.key });
    expect(shown.body.status).toBe('pending');
    const { changes } = (await world.toolcrib.request('GET', '/v1/audit/changes')).body;
    const refused = changes.filter((one: { action: string }) => one.action === 'interaction-refused');
    expect(new Set(refused.map((one: { user_id: string }) => one.user_id))).toEqual(
      new Set(others.slice(0, 2).map(([, by]) => by.user_id)),
    );
  });
});
