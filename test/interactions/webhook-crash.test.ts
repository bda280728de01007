// kill -9 in the middle of sending a webhook: the next start sends it again, with the same id and body.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { limits } from '../../server/src/base/limits.ts';
import { startLocalHttp } from '../support/local-http.ts';
import type { LocalHttp } from '../support/local-http.ts';
import { createDatabase } from '../support/postgres.ts';
import { spawnServer } from '../support/spawned-server.ts';
import { startTestServer } from '../support/test-server.ts';

const tools = `
tools:
  ask_name:
    kind: input
    description: Asks for a name.
    message: Who?
    form: {type: object, properties: {name: {type: string}}}
`;

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-webhook-'));
let database: Awaited<ReturnType<typeof createDatabase>>;
let receiver: LocalHttp;
/** Requests that nobody answers. */
const held: ServerResponse[] = [];
let answers = false;

beforeAll(async () => {
  writeFileSync(join(folder, 'tools.yaml'), tools);
  database = await createDatabase();
  receiver = await startLocalHttp((_request, response) => {
    if (answers) response.end();
    else held.push(response);
  });
});
afterAll(async () => {
  await receiver.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

test('a webhook survives kill -9', async () => {
  const options = ['--data', folder, '--database-url', database.url, '--tools', join(folder, 'tools.yaml')];
  const first = await spawnServer(options, { TOOLCRIB_ALLOWED_PRIVATE: '127.0.0.1' });
  const { key = '' } = first;
  const post = async (path: string, body: unknown) => {
    const response = await fetch(first.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as { readonly error?: { readonly interaction?: { readonly id: string } } };
  };
  const paused = await post('/v1/tools/ask_name/call', { webhook: { url: `${receiver.url}/hook` } });
  const id = paused.error?.interaction?.id ?? '';
  await post(`/v1/interactions/${id}/cancel`, {});
  await expect.poll(() => held.length, { timeout: 10_000 }).toBe(1);
  await first.kill('SIGKILL');
  answers = true;
  const second = await startTestServer({
    tools,
    config: { data_folder: folder, database_url: database.url, allowed_private: ['127.0.0.1'] },
    clock: { now: () => Date.now() + limits.webhook_lease_ms, monotonic: () => performance.now() },
  });
  try {
    await expect.poll(() => receiver.requests.length, { timeout: 15_000 }).toBe(2);
    const [before, after] = receiver.requests;
    expect(after?.headers['webhook-id']).toBe(before?.headers['webhook-id']);
    expect(after?.body).toBe(before?.body);
    const { body } = await second.request('GET', '/v1/webhook-secret', { key });
    const headers = after?.headers as Record<string, string>;
    expect(new Webhook(body.secret as string).verify(after?.body ?? '', headers)).toMatchObject({
      data: { interaction_id: id, status: 'cancelled' },
    });
    const settled = async () => (await second.request('GET', '/v1/webhook-deliveries', { key })).body.deliveries;
    await expect.poll(settled).toMatchObject([{ state: 'delivered', attempts: 2 }]);
  } finally {
    await second.stop();
  }
});
