// The seed's tool file on a real PostgreSQL: a flights assistant asks its two questions.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, execute } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

const example = new URL('../../examples/flights/', import.meta.url);

describe.each(['embedded', 'postgres'] as const)('the flights example, own state %s', (kind) => {
  let flights: TestDatabase;
  let own: TestDatabase;
  let toolcrib: TestServer;
  beforeAll(async () => {
    [flights, own] = await Promise.all([createDatabase(), createDatabase()]);
    await execute(flights.url, readFileSync(new URL('flights.sql', example), 'utf8'));
    const { hostname, port, username, password, pathname } = new URL(flights.url);
    const values: Record<string, string> = {
      FLIGHTS_HOST: hostname,
      FLIGHTS_PORT: port,
      FLIGHTS_USER: username,
      FLIGHTS_PASSWORD: decodeURIComponent(password),
      FLIGHTS_DATABASE: pathname.slice(1),
    };
    toolcrib = await startTestServer({
      tools: readFileSync(new URL('tools.yaml', example), 'utf8'),
      environment: (name) => values[name],
      config: { database_url: kind === 'postgres' ? own.url : undefined },
    });
  });
  afterAll(async () => {
    await toolcrib.stop();
    await Promise.all([flights.drop(), own.drop()]);
  });

  it.each([
    ['CY', '888'],
    ['DL', '1234'],
  ])('answers for %s %s', async (airline, flight_number) => {
    verifies('DBT-01', 'DBT-02', 'OPS-01');
    expect(toolcrib.server.faults).toEqual([]);
    const answer = await toolcrib.request('POST', '/v1/tools/search_flights_by_number/call', {
      body: { arguments: { airline, flight_number } },
    });
    expect(answer.status).toBe(200);
    expect(answer.body.result.rows.length).toBeGreaterThan(0);
    for (const row of answer.body.result.rows) expect(row).toMatchObject({ airline, flight_number });
  });

  it('lists flights between airports, the date being optional', async () => {
    const body = { arguments: { departure_airport: 'SFO', arrival_airport: 'DEN' } };
    const answer = await toolcrib.request('POST', '/v1/tools/list_flights/call', { body });
    expect(answer.status).toBe(200);
    for (const row of answer.body.result.rows) expect(row).toMatchObject({ departure_airport: 'SFO' });
  });

  it('binds what looks like SQL', async () => {
    const body = { arguments: { airline: "x' OR '1'='1", flight_number: '888; DROP TABLE flights' } };
    const answer = await toolcrib.request('POST', '/v1/tools/search_flights_by_number/call', { body });
    expect([answer.status, answer.body.result.rows]).toEqual([200, []]);
  });
});
