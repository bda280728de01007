// What says that an account is not taken: the answer to a request, which then has done nothing. A call that is under way is not made
// once more because something beside it was refused.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import type { OwnedHttpClient } from '../../server/src/base/http-client.ts';
import { openHttp } from '../../server/src/kinds/mcp/server-transport.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';

let server: LocalHttp;
let http: OwnedHttpClient;

beforeAll(async () => {
  server = await startLocalHttp((_request, response) => void response.writeHead(401).end());
  http = createHttpClient({ allowed_private: ['127.0.0.1'] });
});
afterAll(async () => {
  await http.close();
  await server.close();
});

test.each([
  ['a request', { id: 1, method: 'tools/call', params: { name: 'pay', arguments: {} } }, 401],
  ['the end of the greeting', { method: 'notifications/initialized' }, 401],
  ['the word that a call is over', { method: 'notifications/cancelled', params: { requestId: 1 } }, undefined],
  ['the answer to a question', { id: 7, result: { action: 'accept', content: {} } }, undefined],
])('%s', async (_what, message, status) => {
  const { transport, refusal } = await openHttp({ url: `${server.url}/mcp`, headers: {}, http });
  await transport.start();
  await expect(transport.send({ jsonrpc: '2.0', ...message } as never)).rejects.toThrow('Error POSTing');
  expect(refusal()?.status).toBe(status);
  await transport.close();
});
