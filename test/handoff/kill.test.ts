// kill -9 at every state: the call is there after the next start, and goes on to its result. Two processes on one database
// give a token out once between them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handOffStates } from '../../server/src/interactions/handoff/states.ts';
import type { HandOffState } from '../../server/src/interactions/handoff/states.ts';
import { startExamClient } from '../support/exam-client.ts';
import type { ExamClient } from '../support/exam-client.ts';
import { interactionOf, pressStart } from '../support/exam-world.ts';
import { createDatabase, execute } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { makeSession } from '../support/sessions.ts';
import { spawnServer } from '../support/spawned-server.ts';
import type { SpawnedServer } from '../support/spawned-server.ts';
import type { Answer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

/** Those in which a call can wait: the path to the result. */
const states = handOffStates.filter((state) => !state.endsWith('err') && state !== 'finished-ok');
const has_data = (state: HandOffState): boolean => states.indexOf(state) >= states.indexOf('start-data-sent');

let database: TestDatabase;
let folder: string;
let client: ExamClient;
let options: readonly string[];
let server: SpawnedServer;
let key = '';
let cookie = '';

beforeAll(async () => {
  database = await createDatabase();
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-handoff-'));
  client = await startExamClient();
  const tools = states.map((state) => `  exam-${state}: {kind: handoff, source: testclient, description: An exam.}`);
  const file = join(folder, 'tools.yaml');
  writeFileSync(
    file,
    `sources:\n  testclient: {kind: handoff, debug: true, start_url: ${client.start_url}, result_url: ${client.result_url}}\ntools:\n${tools.join('\n')}\n`,
  );
  options = ['--data', folder, '--database-url', database.url, '--tools', file];
  await start();
  const me = (await ask('GET', '/v1/me')).body;
  cookie = `__Host-toolcrib=${await makeSession(database.url, { tenant_id: me.tenant.id, user_id: me.user.id })}`;
}, 60_000);
afterAll(async () => {
  await server.kill('SIGKILL');
  await client.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  server = await spawnServer(options, { TOOLCRIB_ALLOWED_PRIVATE: '127.0.0.1' });
  key = server.key ?? key;
  client.root = `${server.url}/`;
}

async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}

const call = (state: HandOffState): Promise<Answer> => ask('POST', `/v1/tools/exam-${state}/call`, { arguments: {} });

/** To the client, with the person's browser. */
async function press(state: HandOffState): Promise<string> {
  const pressed = await pressStart(server, { cookie }, interactionOf(await call(state)));
  return pressed.headers.get('location') ?? '';
}

test('a call survives kill -9 at every state', { timeout: 90_000 }, async () => {
  verifies('HND-05');
  // oxlint-disable-next-line typescript/no-explicit-any -- start data
  const starts = new Map<HandOffState, any>();
  for (const state of states) {
    expect((await call(state)).status).toBe(202);
    if (state === 'initial') continue;
    const location = await press(state);
    if (has_data(state)) starts.set(state, (await client.arrive(location)).body.data);
    await execute(
      database.superuser_url,
      `update toolcrib.handoff set state = '${state}' where tool = 'exam-${state}' and ended_at is null`,
    );
  }
  await server.kill('SIGKILL');
  await start();
  for (const state of states) {
    expect((await call(state)).status, state).toBe(202);
    const begun = starts.get(state) ?? (await client.arrive(await press(state))).body.data;
    const announced = await client.announce(client.score(begun));
    // What was saved has its result already: the table says so, and no crash leaves it there.
    if (state === 'result-saved') expect(announced.status).toBe(422);
    else {
      expect(announced.status, state).toBe(200);
      expect((await call(state)).body.result?.value.passed, state).toBe(true);
    }
  }
});

test(
  'a result that was being fetched when the server was killed arrives after the next start',
  { timeout: 60_000 },
  async () => {
    const location = await press('initial');
    const { body } = await client.arrive(location);
    const token = client.score(body.data);
    client.behave = () => ({ status: 503, body: '' });
    const announced = client.announce(token).catch(() => undefined);
    await expect.poll(() => client.http.requests.filter(({ path }) => path.endsWith(token)).length).toBeGreaterThan(0);
    await server.kill('SIGKILL');
    await announced;
    client.behave = undefined;
    // The lease of the process that is gone runs out.
    await execute(database.superuser_url, 'update toolcrib.handoff_delivery set next_at = now()');
    await start();
    await expect.poll(async () => (await call('initial')).status, { timeout: 20_000, interval: 250 }).toBe(200);
  },
);

test('64 tries at two processes at once redeem a token once', { timeout: 60_000 }, async () => {
  verifies('HND-03');
  const other = await spawnServer(options, { TOOLCRIB_ALLOWED_PRIVATE: '127.0.0.1' });
  try {
    const location = await press('started');
    const token = new URL(location).searchParams.get('access_token') ?? '';
    const roots = [server.url, other.url];
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, index) => fetch(`${roots[index % 2]}/fetch-token/?access_token=${token}`)),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(63);
    const granted = answers.find(({ status }) => status === 200);
    // The result may come to either process; the call that waits at the other one gets it.
    const start_data = (await granted?.json()) as { data: unknown };
    client.root = `${other.url}/`;
    const token_of_result = client.score(start_data.data);
    const twice = await Promise.all(
      roots.map((root) => fetch(`${root}/result/?access_token=${token_of_result}&client=testclient`)),
    );
    expect(twice.map(({ status }) => status)).toEqual([200, 200]);
    expect(client.http.requests.filter(({ path }) => path.endsWith(token_of_result))).toHaveLength(1);
    expect((await call('started')).status).toBe(200);
  } finally {
    await other.kill('SIGKILL');
  }
});
