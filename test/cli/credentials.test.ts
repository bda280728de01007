// The commands of credentials, as a person types them: secrets go in by standard input and are never printed.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../server/src/cli/run.ts';
import { startAccountWorld } from '../support/account-world.ts';
import type { AccountWorld, Person } from '../support/account-world.ts';
import { verifies } from '../support/verifies.ts';

let world: AccountWorld;
let ada: Person;
beforeAll(async () => {
  world = await startAccountWorld();
  ada = await world.person('ada', 'builder');
});
afterAll(() => world.stop());

const entry = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url));

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** In this process, but for what reads standard input. */
async function run(words: readonly string[], stdin?: string): Promise<Run> {
  if (stdin !== undefined) return runAlone(words, stdin);
  let out = '';
  let err = '';
  const where = ['--url', world.toolcrib.url, '--key', ada.key];
  const code = await runCli([...words, ...where], { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

function runAlone(words: readonly string[], stdin: string): Promise<Run> {
  const env = { PATH: process.env['PATH'], TOOLCRIB_URL: world.toolcrib.url, TOOLCRIB_KEY: ada.key };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [entry, ...words], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
    child.stdin?.end(stdin);
  });
}

describe('toolcrib credentials and explain', () => {
  test('from nothing to a call with the right account', async () => {
    verifies('CRD-05', 'CRD-07');
    const before = await run(['explain', 'who']);
    expect([before.code, before.out]).toEqual([0, expect.stringContaining('connect (none_fits)')]);
    const added = await run(['credentials', 'add', 'work', '--system', 'github'], 'ada-secret\n');
    expect([added.code, added.out.trim()]).toEqual([0, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    const listed = await run(['credentials', 'list']);
    expect(listed.out).toContain('work');
    const explained = await run(['explain', 'who']);
    expect(explained.out).toContain('use (only_own): The private account "work" of github is used');
    const tested = await run(['credentials', 'test', 'work']);
    expect([tested.code, tested.out]).toEqual([0, 'The source "hub" accepts the account.\n']);
    expect((await run(['call', 'who'])).out).toContain('octocat');
    const shared = await run(['credentials', 'share', 'work']);
    expect(shared.err).toContain('Every member may use "work"');
    expect((await run(['explain', 'who'])).out).toContain('only_shared');
    const gone = await run(['credentials', 'delete', 'work']);
    expect([gone.code, gone.out]).toEqual([0, 'nothing_to_revoke\n']);
    const all = [before, added, listed, explained, tested, shared, gone];
    expect(all.map(({ out, err }) => out + err).join('')).not.toContain('ada-secret');
  });

  test('a refused account ends the test with 1', async () => {
    world.refused.add('bad-secret');
    await run(['credentials', 'add', 'bad', '--system', 'github'], 'bad-secret');
    const tested = await run(['credentials', 'test', 'bad']);
    expect([tested.code, tested.out]).toEqual([1, 'The source "hub" refuses the account.\n']);
    await run(['credentials', 'delete', 'bad']);
  });

  test('user and password are two lines; wrong words are told', async () => {
    const words = ['credentials', 'add', 'db', '--system', 'books', '--kind', 'username_password'];
    expect((await run(words, 'ada\nsecret\n')).code).toBe(0);
    const one = await run(words, 'ada\n');
    expect([one.code, one.err]).toEqual([2, expect.stringContaining('needs 2 lines: user, password')]);
    expect((await run(['credentials', 'test', 'dbx'])).err).toContain('There is no such credential');
    expect((await run(['credentials', 'add', 'x'])).err).toContain('--system is missing');
  });
});
