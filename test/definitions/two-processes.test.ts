// Two servers on one database: what is defined at one is called at the other within the time that a principal is remembered,
// and changes of both at once are checked against each other.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeMasterKey } from '../../server/src/credentials/vault/master-key.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { createDatabase } from '../support/postgres.ts';
import { startTestServer } from '../support/test-server.ts';
import type { TestServer } from '../support/test-server.ts';

let service: LocalHttp;
let database: Awaited<ReturnType<typeof createDatabase>>;
let one: TestServer;
let two: TestServer;

beforeAll(async () => {
  service = await startLocalHttp(({ path }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ path }));
  });
  database = await createDatabase();
  const config = { database_url: database.url, vault_keys: [makeMasterKey()], allowed_private: ['127.0.0.1'] };
  one = await startTestServer({ config });
  two = await startTestServer({ config });
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await database.drop();
  await service.close();
});

const ask = (server: TestServer, method: string, path: string, body?: object) =>
  server.request(method, path, { key: one.key, ...(body === undefined ? {} : { body }) });
const put = (server: TestServer, path: string, body: object) => ask(server, 'PUT', `/v1/definitions/${path}`, body);
const run = async (server: TestServer, tool: string): Promise<string> => {
  const answer = await ask(server, 'POST', `/v1/tools/${tool}/call`, { arguments: {} });
  return answer.body.error?.code ?? /\/path-\w+/.exec(answer.text)?.[0];
};
const tool = (path: string) => ({ kind: 'http', source: 'service', description: 'd', method: 'GET', path });

it('counts in the other process within seconds: made, changed, deleted', async () => {
  expect(await run(two, 'moving')).toBe('tool_not_found');
  await put(one, 'source/service', { kind: 'http', baseUrl: service.url });
  await put(one, 'tool/moving', tool('/path-a'));
  await expect.poll(() => run(two, 'moving'), { timeout: 5_000 }).toBe('/path-a');
  await put(one, 'tool/moving', tool('/path-b'));
  await expect.poll(() => run(two, 'moving'), { timeout: 5_000 }).toBe('/path-b');
  await ask(one, 'DELETE', '/v1/definitions/tool/moving');
  await expect.poll(() => run(two, 'moving'), { timeout: 5_000 }).toBe('tool_not_found');
});

it('never loses a source that a tool has come to use meanwhile', async () => {
  for (let round = 0; round < 5; round += 1) {
    await put(one, 'source/contested', { kind: 'http', baseUrl: service.url });
    const [removed, saved] = await Promise.all([
      ask(one, 'DELETE', '/v1/definitions/source/contested'),
      put(two, 'tool/contests', { ...tool('/path-c'), source: 'contested' }),
    ]);
    // One of the two came first, and the other one knew.
    expect([removed.status, saved.status]).toEqual(removed.status === 200 ? [200, 422] : [409, 200]);
    await ask(one, 'DELETE', '/v1/definitions/tool/contests');
    await ask(one, 'DELETE', '/v1/definitions/source/contested');
  }
});
