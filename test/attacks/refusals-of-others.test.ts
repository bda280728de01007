// A tool that calls another one is told when a service refuses that one's account. That says nothing of its own account: it is not
// marked as refused, and what the tool has done so far is not done once more.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPackWorld } from '../support/pack-world.ts';
import type { PackWorld } from '../support/pack-world.ts';

const manifest = `
code: chain
display_name: Chain
version: '1.0.0'
type: system
tools:
  - { name: chain.outer, danger_level: low, backend: 'tools:outer' }
  - { name: chain.count, danger_level: low, backend: 'tools:count' }
  - { name: chain.inner, danger_level: low, backend: 'tools:inner' }
`;
const tools = `
import { ToolError, defineTool } from '@toolcrib/client';
const input = { type: 'object', properties: {}, additionalProperties: false };
let counted = 0;
const auth = (system) => ({ system, strategies: ['token'] });
export const outer = defineTool({
  name: 'chain.outer', description: 'd', input, auth: auth('outer'),
  run: async (_args, ctx) => {
    await ctx.call('chain.count', {});
    return ctx.call('chain.inner', {});
  },
});
export const count = defineTool({ name: 'chain.count', description: 'd', input, run: () => ({ counted: (counted += 1) }) });
export const inner = defineTool({
  name: 'chain.inner', description: 'd', input, auth: auth('inner'),
  run: () => { throw new ToolError('credential_refused', 'The account is not taken.'); },
});
`;

let world: PackWorld;
beforeAll(async () => {
  world = await startPackWorld({ packs: { 'chain/manifest.yaml': manifest, 'chain/tools.ts': tools } });
});
afterAll(() => world.stop());

test("the refusal of another tool's account", async () => {
  for (const system of ['outer', 'inner']) {
    const body = { name: `of ${system}`, system, strategy: 'token', fields: { token: `token-${system}` } };
    expect((await world.request('POST', '/v1/credentials', { body })).status).toBe(201);
  }
  const { error } = await world.call('chain.outer');
  expect(error.code).toBe('credential_refused');
  expect(error.message).toContain('of inner');
  const { body } = await world.request('GET', '/v1/credentials');
  const states = body.credentials.map(({ name, status }: { name: string; status: string }) => `${name}: ${status}`);
  expect(states.toSorted()).toEqual(['of inner: needs_reconnect', 'of outer: ok']);
  expect((await world.call('chain.count')).value).toEqual({ counted: 2 });
});
