// Signing secrets of clients of hand-offs that a tenant has defined: made, shown once, replaced, deleted; and what a client can
// do with one, which signs with the library of the standard.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { runCli } from '../../server/src/cli/run.ts';
import { startExamWorld } from '../support/exam-world.ts';
import type { ExamWorld } from '../support/exam-world.ts';
import { operationCaller } from '../support/operation-caller.ts';
import type { TestPerson } from '../support/people.ts';
import { verifies } from '../support/verifies.ts';

let world: ExamWorld;
/** A builder of each tenant: `ours` is defined by both. */
let builder: TestPerson;
let foreign: TestPerson;
let ann: TestPerson;
let people = 0;
const call = operationCaller(() => world.toolcrib);
const path = (name: string): string => `/v1/definitions/source/${name}/signing-secret`;

beforeAll(async () => {
  world = await startExamWorld();
  builder = await world.person('builder', { role: 'builder' });
  foreign = await world.person('foreign', { role: 'builder', tenant: 'other' });
  await define(builder);
  await define(foreign);
});
beforeEach(async () => {
  people += 1;
  ann = await world.person(`ann${people}`);
});
afterAll(() => world.stop());

async function define({ key }: TestPerson, name = 'ours'): Promise<void> {
  const { start_url, result_url } = world.client;
  const bodies = {
    [`source/${name}`]: { kind: 'handoff', start_url, result_url },
    [`tool/${name}_exam`]: { kind: 'handoff', source: name, description: 'An exam.' },
  };
  for (const [entity, body] of Object.entries(bodies)) {
    expect((await call('saveDefinition', `/v1/definitions/${entity}`, { key, body })).status).toBe(200);
  }
}

async function makeSecret({ key }: TestPerson, name = 'ours'): Promise<string> {
  const { status, body } = await call('createSigningSecret', path(name), { key });
  expect(status).toBe(201);
  return body.signing_secret;
}

/** A result for a new call of the person's, as the client sends it. */
async function resultOf(person: TestPerson, tool = 'ours_exam'): Promise<string> {
  const { persnr, exam, system } = (await world.begin(person, { tool })).start;
  const data = { persnr, exam, system, participant_id: 1, exam_type: 'start', passed: true };
  return JSON.stringify({ type: 'result', timestamp: new Date().toISOString(), token: `t${people}`, data });
}

function push(body: string, secret: string, { client = 'ours', tenant = 'acme' } = {}) {
  const at = new Date();
  return world.toolcrib.request('POST', `/t/${tenant}/result/?client=${client}`, {
    key: '',
    raw: body,
    headers: {
      'webhook-id': `msg_${people}`,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(`msg_${people}`, at, body),
    },
  });
}

async function actions(): Promise<readonly string[]> {
  const { changes } = (await world.toolcrib.request('GET', '/v1/audit/changes')).body;
  return changes.map(({ action }: { action: string }) => action);
}

describe('a client that a tenant has defined', () => {
  test('pushes a result that it signs, which ends the call', async () => {
    verifies('HND-06');
    const secret = await makeSecret(builder);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const result = await resultOf(ann);
    expect(await push(result, secret)).toMatchObject({ status: 200, body: { type: 'ok' } });
    const { body } = await world.call(ann, { tool: 'ours_exam' });
    expect(body.result.value).toMatchObject({ passed: true, participant_id: 1 });
  });

  test('with a wrong secret, that of another tenant or of another client it is refused, and the call stays open', async () => {
    await define(builder, 'second');
    const secret = await makeSecret(builder);
    const wrong = [
      `whsec_${Buffer.alloc(32).toString('base64')}`,
      await makeSecret(foreign),
      await makeSecret(builder, 'second'),
    ];
    const result = await resultOf(ann);
    for (const one of wrong) expect((await push(result, one)).status).toBe(401);
    // Nor does the other tenant's own client bring in a result of ours.
    expect((await push(result, wrong[1] ?? '', { tenant: 'other' })).status).toBe(422);
    expect((await world.call(ann, { tool: 'ours_exam' })).status).toBe(202);
    expect((await push(result, secret)).status).toBe(200);
  });

  test('a replaced secret counts no longer', async () => {
    const [first, second] = [await makeSecret(builder), await makeSecret(builder)];
    expect(first).not.toBe(second);
    const result = await resultOf(ann);
    expect((await push(result, first)).status).toBe(401);
    expect((await push(result, second)).status).toBe(200);
  });

  test('without one it pushes none, as before there was one', async () => {
    const secret = await makeSecret(builder);
    const result = await resultOf(ann);
    expect((await call('deleteSigningSecret', path('ours'), { key: builder.key })).body).toEqual({ deleted: 'ours' });
    expect(await push(result, secret)).toMatchObject({ status: 404, body: { data: { error: 'unknown-client' } } });
    expect((await actions()).filter((one) => one.startsWith('signing-secret'))).toEqual(
      expect.arrayContaining(['signing-secret-deleted', 'signing-secret-made']),
    );
  });

  test('its secret goes with the definition, and when it becomes something else', async () => {
    await define(builder, 'brief');
    const secret = await makeSecret(builder, 'brief');
    const remove = (entity: string) => call('deleteDefinition', `/v1/definitions/${entity}`, { key: builder.key });
    for (const entity of ['tool/brief_exam', 'source/brief']) expect((await remove(entity)).status).toBe(200);
    await define(builder, 'brief');
    expect((await push(await resultOf(ann, 'brief_exam'), secret, { client: 'brief' })).status).toBe(404);

    const again = await makeSecret(builder, 'brief');
    await remove('tool/brief_exam');
    const web = { kind: 'http', baseUrl: 'https://web.example' };
    expect((await call('saveDefinition', '/v1/definitions/source/brief', { key: builder.key, body: web })).status).toBe(
      200,
    );
    await define(builder, 'brief');
    const later = await world.person('later');
    expect((await push(await resultOf(later, 'brief_exam'), again, { client: 'brief' })).status).toBe(404);
  });

  test('keeps its secret when it is defined anew with other fields', async () => {
    const secret = await makeSecret(builder);
    await define(builder);
    expect((await push(await resultOf(ann), secret)).status).toBe(200);
  });
});

describe('who and which', () => {
  test("404 for another tenant's source, a file's, one that is not there, and a tool", async () => {
    await define(foreign, 'theirs');
    for (const name of ['theirs', 'testclient', 'otherclient', 'nowhere', 'ours_exam']) {
      expect((await call('createSigningSecret', path(name), { key: builder.key })).status).toBe(404);
      expect((await call('deleteSigningSecret', path(name), { key: builder.key })).status).toBe(404);
    }
  });

  test('404 for deleting what is not there', async () => {
    await define(builder, 'bare');
    expect((await call('deleteSigningSecret', path('bare'), { key: builder.key })).status).toBe(404);
  });

  test('409 for a source of another kind', async () => {
    const body = { kind: 'http', baseUrl: 'https://web.example' };
    expect((await call('saveDefinition', '/v1/definitions/source/web', { key: builder.key, body })).status).toBe(200);
    expect((await call('createSigningSecret', path('web'), { key: builder.key })).status).toBe(409);
  });

  test('403 for a member', async () => {
    expect((await call('createSigningSecret', path('ours'), { key: ann.key })).status).toBe(403);
    expect((await call('deleteSigningSecret', path('ours'), { key: ann.key })).status).toBe(403);
  });

  test("an operator's client keeps the secret of its file, whatever a tenant makes", async () => {
    const stolen = await makeSecret(foreign);
    expect((await push('{}', stolen, { client: 'otherclient' })).status).toBe(401);
  });

  test("nor does a tenant sign for an operator's client that has come to its name later", async () => {
    await define(builder, 'late');
    const secret = await makeSecret(builder, 'late');
    const file = join(world.toolcrib.folder, 'tools.yaml');
    const before = readFileSync(file, 'utf8');
    const { start_url, result_url } = world.client;
    const source = `  late: {kind: handoff, start_url: '${start_url}', result_url: '${result_url}'}\n`;
    const tool = '  operators_exam: {kind: handoff, source: late, description: An exam.}\n';
    writeFileSync(file, before.replace('sources:\n', `sources:\n${source}`).replace('tools:\n', `tools:\n${tool}`));
    await world.toolcrib.server.reload();
    const result = await resultOf(ann, 'operators_exam');
    expect((await push(result, secret, { client: 'late' })).status).toBe(404);
    writeFileSync(file, before);
    await world.toolcrib.server.reload();
  });

  test('a secret stands in no definition: a literal one is refused, and none is shown', async () => {
    const secret = await makeSecret(builder);
    const { start_url, result_url } = world.client;
    const body = { kind: 'handoff', start_url, result_url, signing_secret: secret };
    const refused = await call('saveDefinition', '/v1/definitions/source/ours', { key: builder.key, body });
    expect(refused.status).toBe(422);
    const shown = await call('getDefinition', '/v1/definitions/source/ours', { key: builder.key });
    expect(JSON.stringify([shown.body, refused.body])).not.toContain(secret);
    expect(world.toolcrib.log_lines.join('')).not.toContain(secret);
  });
});

test('toolcrib handoffs signing-secret', async () => {
  const run = async (...words: readonly string[]) => {
    const said = { out: '', err: '' };
    const options = ['--url', world.toolcrib.url, '--key', builder.key];
    const code = await runCli(['handoffs', 'signing-secret', ...words, ...options], {
      out: (text) => (said.out += text),
      err: (text) => (said.err += text),
    });
    return { code, ...said };
  };
  const { code, out } = await run('ours');
  expect(code).toBe(0);
  expect((await push(await resultOf(ann), out.trim())).status).toBe(200);
  expect(await run('ours', '--remove')).toMatchObject({ code: 0, out: '' });
  expect((await run('ours', '--remove')).code).not.toBe(0);
});
