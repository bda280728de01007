// The official conformance suite against our server, with the tools that it asks for.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { conformanceFiles, conformanceKind, conformanceToolsYaml } from '../support/conformance-kind.ts';
import { startHeaderProxy } from '../support/header-proxy.ts';
import type { HeaderProxy } from '../support/header-proxy.ts';
import { runPeer } from '../support/peers.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';
import { gaps } from './conformance-gaps.ts';

let server: TestServer;
let proxy: HeaderProxy;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-conformance-'));
  server = await startTestServer({
    tools: conformanceToolsYaml,
    files: conformanceFiles,
    more_kinds: { tools: [conformanceKind] },
  });
  // The suite sends no credential.
  proxy = await startHeaderProxy(server.url, 'authorization', `Bearer ${server.key}`);
});

afterAll(async () => {
  await proxy.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ['2025-11-25', 33],
  ['2026-07-28', 50],
])('revision %s passes its %i scenarios but for the listed gaps', async (revision, scenarios) => {
  verifies('MCP-01');
  const results = join(folder, revision);
  const args = ['server', '--url', `${proxy.url}/mcp`, '--requirements', revision, '--output-dir', results];
  const run = await runPeer('node_modules/@modelcontextprotocol/conformance/dist/index.js', args);
  expect(run.stdout, run.stderr).toContain('SUMMARY');

  expect(readdirSync(results)).toHaveLength(scenarios);
  const failed = failedChecks(results);
  const listed = gaps[revision] ?? {};
  expect([...failed.keys()].sort()).toEqual(Object.keys(listed).sort());
  for (const [scenario, { checks }] of Object.entries(listed)) {
    if (checks !== undefined) expect(failed.get(scenario), scenario).toEqual(checks);
  }
});

/** The failed checks of each scenario that has any, sorted. */
function failedChecks(results: string): ReadonlyMap<string, readonly string[]> {
  const failed = new Map<string, readonly string[]>();
  for (const name of readdirSync(results)) {
    const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT/.exec(name)?.[1];
    if (scenario === undefined) throw new Error(`The suite names its results in a new way: ${name}`);
    const text = readFileSync(join(results, name, 'checks.json'), 'utf8');
    const checks = JSON.parse(text) as readonly { readonly id: string; readonly status: string }[];
    const ids = checks.filter((check) => check.status === 'FAILURE').map((check) => check.id);
    if (ids.length > 0) failed.set(scenario, [...new Set(ids)].sort());
  }
  return failed;
}
