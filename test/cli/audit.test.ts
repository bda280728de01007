// The audit's commands: export, verify with and without a server, head.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../server/src/cli/run.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let toolcrib: TestServer;
let folder: string;
beforeAll(async () => {
  toolcrib = await startTestServer();
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-audit-'));
  for (let calls = 0; calls < 3; calls += 1)
    await toolcrib.request('POST', '/v1/tools/list_flights_from/call', { body: { arguments: { airport: 'SFO' } } });
});
afterAll(async () => {
  await toolcrib.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  return { code: await runCli(argv, io), out, err };
}
const server = () => ['--url', toolcrib.url, '--key', toolcrib.key];
const whole = /^[\d,]+ records from \S+Z to \S+Z, chain whole, head \d+:[0-9a-f]{64}\nTenant [0-9a-f-]{36}\.\n$/;

describe('toolcrib audit', () => {
  it('exports to a file that only its owner reads, which verifies offline', async () => {
    verifies('GOV-01');
    const file = join(folder, 'audit.jsonl');
    const exported = await run('audit', 'export', '--out', file, ...server());
    expect(exported).toMatchObject({ code: 0, out: '', err: expect.stringMatching(whole) });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await run('audit', 'verify', file)).toEqual({ code: 0, out: exported.err, err: '' });
    expect(await run('audit', 'export', '--out', file, ...server())).toMatchObject({ code: 2 });
  });

  it('exports to standard output, byte by byte what the server sends', async () => {
    const { code, out, err } = await run('audit', 'export', '--from', '2', '--to', '3', ...server());
    expect([code, err]).toEqual([0, expect.stringMatching(/^2 records .* A part: the audit went on to \d+:/s)]);
    expect(out.split('\n')).toHaveLength(5);
    expect((await run('audit', 'export', '--to', '2020-01-01', ...server())).err).toMatch(/^0 records, chain whole/);
  });

  it('verifies a running server, and a head that was noted earlier', async () => {
    verifies('GOV-01');
    const head = (await run('audit', 'head', ...server())).out.trim();
    expect(await run('audit', 'verify', '--anchor', head, ...server())).toMatchObject({
      code: 0,
      out: expect.stringMatching(whole),
    });
    const wrong = head.replace(/:.*/, `:${'0'.repeat(64)}`);
    expect(await run('audit', 'verify', '--anchor', head, '--anchor', wrong, ...server())).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^The chain is BROKEN at \d+: .*anchor says/),
    });
  });

  it('says what is wrong with a file, and where', async () => {
    verifies('GOV-01');
    const file = join(folder, 'changed.jsonl');
    await run('audit', 'export', '--out', file, ...server());
    writeFileSync(file, readFileSync(file, 'utf8').replace('list_flights_from', 'list_flights_to'));
    const { code, out } = await run('audit', 'verify', file);
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/^The chain is BROKEN at \d+: Record \d+ is not what was recorded/),
    ]);
    writeFileSync(file, Buffer.from([0xff, 0xfe, 0x0a]));
    expect(await run('audit', 'verify', file)).toMatchObject({
      code: 1,
      out: 'The chain is BROKEN: A line is no text, or longer than any record.\n',
    });
  });

  it.each([
    [['audit', 'verify', '/nowhere/audit.jsonl'], /cannot be read \(ENOENT\)/],
    [['audit', 'verify', 'a', 'b'], /One file/],
    [['audit', 'verify', 'a', '--anchor', '12'], /is no anchor/],
    [['audit', 'export', '--from', 'monday', '--key', 'k'], /takes a time or a place/],
    [['audit', 'export', '--out', '/nowhere/audit.jsonl', '--key', 'k'], /cannot be written \(ENOENT\)/],
    [['audit', 'head', 'x', '--key', 'k'], /no words/],
  ])('%s: usage', async (argv, problem) => {
    expect(await run(...argv)).toMatchObject({ code: 2, err: expect.stringMatching(problem) });
  });

  it('says when the server is away', async () => {
    expect(await run('audit', 'verify', '--url', 'http://127.0.0.1:9', '--key', 'k')).toMatchObject({ code: 1 });
  });
});
