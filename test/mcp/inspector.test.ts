// The MCP Inspector's command line, unmodified, against our server: the handshake of 2025-11-25 and the stateless 2026-07-28.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runPeer } from '../support/peers.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function inspect(era: string, path: string, args: readonly string[]): Promise<unknown> {
  const run = await runPeer('node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js', [
    ...['--cli', `${server.url}${path}`, '--transport', 'http', '--protocol-era', era, '--format', 'json'],
    ...['--header', `Authorization: Bearer ${server.key}`, ...args],
  ]);
  expect(run.code, run.stderr).toBe(0);
  return (JSON.parse(run.stdout) as { result: unknown }).result;
}

describe.each(['legacy', 'modern'])('the Inspector in its %s era', (era) => {
  test('lists the tools of a toolset', async () => {
    verifies('MCP-01');
    expect(await inspect(era, '/mcp/flights', ['--method', 'tools/list'])).toMatchObject({
      tools: [{ name: 'search_flights_by_number' }, { name: 'list_flights_from' }],
    });
  });

  test('calls a tool', async () => {
    verifies('MCP-01');
    const args = ['--tool-args-json', JSON.stringify({ airline: 'UA', flight_number: '17' })];
    const result = await inspect(era, '/mcp', [
      ...['--method', 'tools/call', '--tool-name', 'search_flights_by_number'],
      ...args,
    ]);
    expect(result).toMatchObject({
      content: [{ type: 'text', text: expect.stringContaining('"destination":"LHR"') as unknown }],
      structuredContent: { rows: [{ airline: 'UA', destination: 'LHR' }] },
    });
  });
});
