// toolcrib mcp: a tenant's source over REST, and as the operator a source of the server's own files, on the database itself.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runCli } from '../../server/src/cli/run.ts';
import { described, startChanging } from '../support/mcp-upstream.ts';
import type { ChangingUpstream } from '../support/mcp-upstream.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let upstream: ChangingUpstream;
let toolcrib: TestServer;

beforeAll(async () => {
  upstream = await startChanging([described('one')]);
  toolcrib = await startTestServer({
    config: { allowed_private: ['127.0.0.1'] },
    tools: `{kind: source, name: files, type: mcp, url: '${upstream.url}'}\n`,
  });
}, 60_000);
afterAll(async () => {
  await toolcrib.stop();
  await upstream.stop();
});

async function run(...words: readonly string[]) {
  let out = '';
  let err = '';
  const code = await runCli(words, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

const hashIn = (out: string): string => /([0-9a-f]{16})\n/.exec(out)?.[1] ?? '';

test('a source of one’s own: looked at, shown with what has changed, accepted by its hash', async () => {
  const where = ['--url', toolcrib.url, '--key', toolcrib.key];
  await toolcrib.request('PUT', '/v1/definitions/source/up', { body: { type: 'mcp', url: upstream.url } });
  const first = await run('mcp', 'refresh', 'up', ...where);
  expect([first.code, first.out], first.err).toEqual([0, expect.stringMatching(/one +accepted/)]);
  await upstream.change({ tools: [described('one', { description: 'Another \u001B[31mone.' })] });
  const changed = await run('mcp', 'refresh', 'up', ...where);
  expect(changed.out).toMatch(/one +changed, quarantined +[0-9a-f]{16}/);
  expect(changed.out).toContain('accepted: {"name":"one","description":"Does one."');
  expect(changed.out).not.toContain('\u001B');
  const wrong = await run('mcp', 'approve', 'up', `one=${'0'.repeat(16)}`, ...where);
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('names nothing that waits')]);
  const approved = await run('mcp', 'approve', 'up', `one=${hashIn(changed.out)}`, ...where);
  expect(approved).toMatchObject({ code: 0, err: 'Accepted: one.\n' });
  expect((await run('mcp', 'status', 'up', ...where)).out).toMatch(/one +accepted/);
});

test('a source of the server’s files: the operator’s, beside no server', async () => {
  const isThere = async (): Promise<boolean> =>
    (await toolcrib.request('GET', '/v1/sources/files/mirror')).body.tools.length > 0;
  await vi.waitUntil(isThere, 20_000);
  await toolcrib.server.stop();
  const config = join(toolcrib.folder, 'toolcrib.yaml');
  const tools = join(toolcrib.folder, 'tools.yaml');
  writeFileSync(config, `tools: [${tools}]\nnetwork: { allowed_private: ['127.0.0.1'] }\n`);
  const where = ['--server', '--config', config, '--data', join(toolcrib.folder, 'data')];
  await upstream.change({ tools: [described('one'), described('two')] });
  const looked = await run('mcp', 'refresh', 'files', ...where);
  expect([looked.code, looked.out], looked.err).toEqual([0, expect.stringMatching(/two +new, not accepted/)]);
  const approved = await run('mcp', 'approve', 'files', `two=${hashIn(looked.out)}`, ...where);
  expect(approved).toMatchObject({ code: 0, err: 'Accepted: two.\n' });
  expect((await run('mcp', 'status', 'files', ...where)).out).toMatch(/two +accepted/);
  const unknown = await run('mcp', 'status', 'file', ...where);
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('files')]);
});
