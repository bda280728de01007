// A call that waits for its person, with the official MCP clients unmodified: each is shown the link in the way that it has,
// and the repeated call runs.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runPeer } from '../support/peers.ts';
import type { TestPerson } from '../support/people.ts';
import { startPausingWorld } from '../support/pausing-world.ts';
import type { PausingWorld } from '../support/pausing-world.ts';
import { verifies } from '../support/verifies.ts';

let world: PausingWorld;
let ann: TestPerson;
beforeAll(async () => {
  world = await startPausingWorld();
  ann = await world.person('ann');
});
afterAll(() => world.stop());

describe.each([
  ['modern', 'url'],
  ['handshake', 'url'],
  ['older', 'url'],
  ['plain', 'text'],
])('the %s client', (which, mode) => {
  test('shows the link to its person, and the call runs after the yes', async () => {
    verifies('INT-01', 'INT-02');
    const run = await runPeer('use-mcp-pause.js', [which, world.toolcrib.url, ann.key, ann.cookie]);
    expect(run.code, run.stderr).toBe(0);
    const { shown, isError, content } = JSON.parse(run.stdout) as {
      readonly shown: readonly Record<string, unknown>[];
      readonly isError: boolean;
      readonly content: readonly { readonly text: string }[];
    };
    expect(shown).toHaveLength(1);
    expect(shown[0]).toMatchObject({
      mode,
      url: expect.stringMatching(new RegExp(`^${world.toolcrib.url}/interactions/[0-9a-f-]{36}$`)) as unknown,
    });
    expect(isError, content[0]?.text).toBe(false);
    expect(world.wires().filter(({ to }) => to === which)).toHaveLength(1);
  });
});
