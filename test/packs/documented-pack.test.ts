// The pack of docs/packs.md, as it stands there.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../../server/src/cli/run.ts';
import { startPackWorld, writePacks } from '../support/pack-world.ts';
import type { PackWorld } from '../support/pack-world.ts';
import { verifies } from '../support/verifies.ts';

const text = readFileSync(new URL('../../docs/packs.md', import.meta.url), 'utf8');
const files = Object.fromEntries(
  [...text.matchAll(/\*\*`(dice\/[\w.]+)`\*\*\n\n```\w+\n([^]*?)```/g)].map(([, path = '', content = '']) => [
    path,
    content,
  ]),
);
const routes = /```ts\n(import \{ defineRoute[^]*?)```/.exec(text)?.[1] ?? '';

let world: PackWorld;
beforeAll(async () => {
  world = await startPackWorld({ packs: { ...files, 'dice/routes.ts': routes } });
});
afterAll(() => world.stop());

async function cli(...argv: readonly string[]): Promise<string> {
  let out = '';
  const say = (said: string): void => void (out += said);
  expect(await runCli(argv, { out: say, err: say }), out).toBe(0);
  return out;
}

test('it is checked, turned on and called with the documented commands', async () => {
  verifies('PAK-05');
  expect(Object.keys(files)).toEqual(['dice/manifest.yaml', 'dice/tools.ts', 'dice/README.md']);
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-documented-'));
  writePacks(folder, files);
  expect(await cli('pack', 'check', join(folder, 'dice'))).toContain('dice: no faults; 1 tool(s): dice.roll');
  rmSync(folder, { recursive: true });
  const at = ['--url', world.url, '--key', world.key];
  await cli('pack', 'enable', 'dice', ...at);
  const rolled = await world.call('dice.roll', { dice: 2 });
  expect(rolled.value.shown).toHaveLength(2);
  expect(await cli('call', 'dice.roll', '{"dice": 2}', ...at)).toContain('sum');
  expect((await world.call('dice.roll', { sides: 2000 })).error.service_error.code).toBe('too_many_sides');
  expect((await world.request('GET', '/packs/dice/channels/a')).body).toEqual({ kind: 'a', sides: 6 });
});

test('danger, category and source type are on every tool, and medium and above ask where the policy says so', async () => {
  verifies('PAK-04');
  const { body } = await world.request('GET', '/v1/tools');
  for (const tool of body.tools) {
    expect(tool).toMatchObject({
      danger: expect.stringMatching(/^(low|medium|high|critical)$/),
      category: expect.any(String),
      source_type: expect.any(String),
    });
  }
  expect(body.tools).toMatchObject([{ name: 'dice.roll', danger: 'low', category: 'other', source_type: 'function' }]);
  const harmful = (files['dice/tools.ts'] ?? '').replace('  read_only: true,\n', '');
  await world.write('dice/tools.ts', harmful);
  const policy = { danger: 'medium', action: 'ask' };
  expect((await world.request('PUT', '/v1/policies', { body: policy })).status).toBe(200);
  expect((await world.call('dice.roll')).error.code).toBe('approval_required');
});
