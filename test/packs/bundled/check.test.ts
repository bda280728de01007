// `toolcrib pack check` finds nothing wrong with the packs that come with the server, and docs/bundled-packs.md names every tool.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { verifies } from '../../support/verifies.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

it('every bundled pack passes the check, and its tools are in the documentation', { timeout: 60_000 }, async () => {
  verifies('PAK-05');
  const words = ['server/bin/toolcrib.js', 'pack', 'check', 'packs', '--output', 'json'];
  const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const { ok, packs } = JSON.parse(out) as {
    ok: boolean;
    packs: readonly { code: string; tools: readonly string[]; faults: unknown }[];
  };
  expect([code, ok, packs.flatMap(({ faults }) => faults)]).toEqual([0, true, []]);
  expect(packs.map((pack) => pack.code).toSorted()).toEqual([
    ...['files', 'github', 'google', 'http_request', 'jira', 'notion', 'slack'],
  ]);
  const page = readFileSync(`${root}/docs/bundled-packs.md`, 'utf8');
  const names = packs.flatMap(({ code: name, tools }) => [name, ...tools]);
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
