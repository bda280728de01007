// A32, of hand-offs: a page of another origin ends nothing that a person has begun, and the address of a client says nothing in
// the headers of our pages but where it is.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startExamWorld } from '../support/exam-world.ts';
import type { ExamWorld } from '../support/exam-world.ts';
import { browse } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';

describe('A32 pages of hand-offs', () => {
  let world: ExamWorld;
  let ann: TestPerson;

  beforeAll(async () => {
    world = await startExamWorld();
    ann = await world.person('ann', { role: 'builder' });
  });
  afterAll(() => world.stop());

  test.each(['cross-site', 'same-site'])(
    'a link on a page that is %s tells the client nothing of who follows it',
    async (site) => {
      const bob = await world.person(`bob-${site}`);
      const headers = { 'sec-fetch-site': site };
      const lured = await browse(world.toolcrib, 'GET', '/tooluser/tools/my-tool/', { cookie: bob.cookie, headers });
      expect(lured.headers.get('location')).toBe('/tooluser/start-tool/my-tool/');
      const { body } = await world.toolcrib.request('GET', '/v1/handoffs', { key: bob.key });
      expect(body.handoffs).toEqual([]);
    },
  );

  test.each(['cross-site', 'same-site'])('a link on a page that is %s does not restart what runs', async (site) => {
    const direct = await browse(world.toolcrib, 'GET', '/tooluser/tools/my-tool/', ann);
    const { body } = await world.client.arrive(direct.headers.get('location') ?? '');
    const headers = { 'sec-fetch-site': site };
    const { cookie } = ann;
    const lured = await browse(world.toolcrib, 'GET', '/tooluser/tools/my-tool/', { cookie, headers });
    expect(lured.headers.get('location')).toBe('/tooluser/start-tool/my-tool/');
    expect((await world.client.announce(world.client.score(body.data))).status).toBe(200);
  });

  test('a host with a semicolon adds nothing to the policy of the page', async () => {
    const put = (path: string, body: object) =>
      world.toolcrib.request('PUT', `/v1/definitions/${path}`, { key: ann.key, body });
    const url = 'https://x;script-src/';
    await put('source/odd', { kind: 'handoff', start_url: url, result_url: 'https://x.example/' });
    const saved = await put('tool/odd_exam', { kind: 'handoff', source: 'odd', description: 'Odd.' });
    if (saved.status >= 400) return;
    const id = await world.pause(ann, { tool: 'odd_exam' });
    const page = await browse(world.toolcrib, 'GET', `/interactions/${id}`, ann);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).not.toContain('script-src');
  });
});
