// A07: a key that ends soon, in the wrong hands, must not make one for itself that never ends.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let toolcrib: TestServer;
beforeAll(async () => {
  toolcrib = await startTestServer();
});
afterAll(() => toolcrib.stop());

test('A07 a key that ends makes no other key', async () => {
  const expires_at = new Date(Date.now() + 60_000).toISOString();
  const short = await toolcrib.request('POST', '/v1/keys', { body: { name: 'for an hour', expires_at } });
  expect(short.status).toBe(201);
  const key = short.body.secret as string;
  expect((await toolcrib.request('GET', '/v1/keys', { key })).status).toBe(200);
  expect((await toolcrib.request('POST', '/v1/keys', { key, body: { name: 'for ever' } })).status).toBe(403);
});
