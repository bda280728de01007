// The client scenarios of the official conformance suite that are not about authorization, against our source `mcp`.
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runPeer } from '../support/peers.ts';
import { verifies } from '../support/verifies.ts';

const driver = fileURLToPath(new URL('conformance-driver.ts', import.meta.url));

const scenarios = [
  ['tools_call', '2025-11-25'],
  ['tools_call', '2026-07-28'],
  ['initialize', '2025-11-25'],
  ['sse-retry', '2025-11-25'],
  ['request-metadata', '2026-07-28'],
  ['sep-2322-client-request-state', '2026-07-28'],
  ['http-standard-headers', '2026-07-28'],
  ['http-invalid-tool-headers', '2026-07-28'],
  ['json-schema-ref-no-deref', '2026-07-28'],
] as const;

test.each(scenarios)('%s of %s', async (scenario, revision) => {
  verifies('MCP-02');
  const run = await runPeer('node_modules/@modelcontextprotocol/conformance/dist/index.js', [
    ...['client', '--command', `${process.execPath} ${driver}`, '--scenario', scenario, '--spec-version', revision],
  ]);
  expect(run.code, `${run.stdout}\n${run.stderr}`).toBe(0);
});
