// toolcrib credentials revoke: the emergency command, as a program of its own on a real PostgreSQL and provider.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTokenWorld } from '../support/token-world.ts';
import type { TokenWorld, WorldTenant } from '../support/token-world.ts';
import { verifies } from '../support/verifies.ts';

const entry = fileURLToPath(new URL('../../server/bin/toolcrib.js', import.meta.url));
let world: TokenWorld;
let acme: WorldTenant;
let globex: WorldTenant;

beforeAll(async () => {
  world = await startTokenWorld();
  acme = await world.tenant('acme');
  globex = await world.tenant('globex');
});
afterAll(() => world.stop());

async function revoke(...words: readonly string[]) {
  const env = { PATH: process.env['PATH'], ...world.environment };
  const child = spawn(process.execPath, [entry, 'credentials', 'revoke', ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { out, err, code: code as number };
}
const isAlive = (token: string) => world.provider.isAlive(token);

test('0: everything of one tenant is dead, beside a server that runs, and nothing of another tenant', async () => {
  verifies('OAU-05');
  const [ours, more] = [await world.connect(acme), await world.connect(acme, { account: 'ben' })];
  const theirs = await world.connect(globex, { account: 'eve' });
  const server = await world.serve();
  expect(await world.whose(server, globex.key)).toBe(theirs.tokens.access_token);
  const { out, err, code } = await revoke('--tenant', 'acme');
  expect({ err, code }).toEqual({ err: expect.stringContaining('2 credential(s) are ended here'), code: 0 });
  expect(out.split('\n').slice(0, 3)).toEqual([
    'TENANT  SYSTEM        ACCOUNT               OUTCOME',
    'acme    testprovider  ada@provider.example  dead',
    'acme    testprovider  ada@provider.example  dead',
  ]);
  expect(await Promise.all([ours, more].map(({ tokens }) => isAlive(tokens.access_token)))).toEqual([false, false]);
  expect(await isAlive(theirs.tokens.access_token)).toBe(true);
  expect(await world.whose(server, globex.key)).toBe(theirs.tokens.access_token);

  // All of a provider, in every tenant.
  expect(await revoke('--provider', 'testprovider')).toMatchObject({ code: 0, out: expect.stringContaining('globex') });
  expect(await isAlive(theirs.tokens.access_token)).toBe(false);
  await expect.poll(() => world.whose(server, globex.key)).toBe('connect_required');
  expect(await revoke('--all')).toMatchObject({ code: 0, err: expect.stringContaining('0 credential(s)') });
});

test('1: goes on when one stays alive, and says what to do by hand', async () => {
  const alive = await world.connect(acme);
  await world.provider.set({ answers: { revocation: { status: 200 } } });
  const { out, err, code } = await revoke('--all');
  expect(code).toBe(1);
  expect(out).toContain('alive');
  expect(out).toContain('Take the grant back on the page of the test provider.');
  expect(err).toContain('1 grant(s) are not known to be dead');
  expect(err + out).not.toContain(alive.tokens.access_token);
  await world.provider.set({ answers: {} });
});

test.each([[[]], [['--all', '--tenant', 'acme']], [['acme']], [['--tenant', 'nobody']]])(
  '2: %j are the wrong words',
  async (words) => {
    expect((await revoke(...words)).code).toBe(2);
  },
);
