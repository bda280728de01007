// The toolbox's own clients, unmodified, against our server: over MCP in every revision they know, and the native API.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runPeer } from '../support/peers.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const flight = (id: number, day: string): unknown => ({
  id,
  airline: 'CY',
  flight_number: '888',
  origin: 'SFO',
  destination: 'LAX',
  departure: `${day} 07:10`,
  arrival: `${day} 08:45`,
});

test.each([
  ['@toolbox-sdk/core', '2024-11-05'],
  ['@toolbox-sdk/core', '2025-03-26'],
  ['@toolbox-sdk/core', '2025-06-18'],
  ['@toolbox-sdk/core', '2025-11-25'],
  ['@toolbox-sdk/core', '2026-07-28'],
  ['toolbox-core-0.1', 'native'],
])('%s loads and calls tools and toolsets over %s', async (client, protocol) => {
  verifies('DBT-10');
  const run = await runPeer('use-toolbox-core.js', [client, server.url, server.key, protocol]);
  expect(run.code, run.stderr).toBe(0);
  expect(JSON.parse(run.stdout)).toEqual({
    description: "Get information on one flight, by the airline's two letters and the flight's number.",
    parameters: ['airline', 'flight_number'],
    rows: [flight(1, '2026-12-01'), flight(2, '2026-12-02')],
    // What the peer's own server makes of no rows: nothing over MCP, an empty list over its native API.
    no_rows: protocol === 'native' ? [] : null,
    bound: [expect.objectContaining({ airline: 'DL' }), expect.objectContaining({ airline: 'DL' })],
    toolset: ['search_flights_by_number', 'list_flights_from'],
    all: ['list_flights_from', 'search_flights_by_number'],
    unknown_tool: 'refused',
    bad_key: 'refused',
  });
});
