// A question of another server to the person, on its way through a call: asked on a page of ours, never for a secret.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { described, startChanging } from '../support/mcp-upstream.ts';
import type { ChangingUpstream } from '../support/mcp-upstream.ts';
import { addPerson, browse, csrfOf } from '../support/people.ts';
import type { TestPerson } from '../support/people.ts';
import { startTestServer } from '../support/test-server.ts';
import type { Answer, TestServer } from '../support/test-server.ts';
import { verifies } from '../support/verifies.ts';

let upstream: ChangingUpstream;
let toolcrib: TestServer;
let ann: TestPerson;

beforeAll(async () => {
  upstream = await startChanging([described('book')]);
  toolcrib = await startTestServer({ config: { allowed_private: ['127.0.0.1'] } });
  ann = await addPerson(toolcrib, { email: 'ann@acme.example' });
  const body = { type: 'mcp', url: upstream.url, prefix: '' };
  await toolcrib.request('PUT', '/v1/definitions/source/up', { body });
  await toolcrib.request('POST', '/v1/sources/up/mirror', { body: {} });
}, 60_000);
afterAll(async () => {
  await toolcrib.stop();
  await upstream.stop();
});
beforeEach(() => asking({ seat: { type: 'string', title: 'Seat', maxLength: 10 } }));

function asking(properties: object): Promise<void> {
  const requestedSchema = { type: 'object', properties, required: Object.keys(properties) };
  return upstream.change({ results: { book: { ask: { message: 'Which\u200B seat?', requestedSchema } } } });
}

function call(text: string): Promise<Answer> {
  return toolcrib.request('POST', '/v1/tools/book/call', { key: ann.key, body: { arguments: { text } } });
}

async function answer(waiting: Answer, form: Readonly<Record<string, string>>): Promise<string> {
  const path = new URL(waiting.body.error.interaction.url).pathname;
  const page = await browse(toolcrib, 'GET', path, { cookie: ann.cookie });
  await browse(toolcrib, 'POST', path, { cookie: ann.cookie, form: { csrf: csrfOf(page), ...form } });
  return page.text;
}

test('is asked on our page as the server’s words, and the call goes on with the answer', async () => {
  verifies('MCP-02');
  const waiting = await call('one');
  expect([waiting.status, waiting.body.error.code], waiting.text).toEqual([409, 'input_required']);
  const page = await answer(waiting, { do: 'answer', 'answer.seat': '12A' });
  expect(page).toContain('The server &quot;up&quot;, which &quot;book&quot; comes from, asks: Which seat?');
  const done = await call('one');
  expect(done.body.result, done.text).toEqual({
    kind: 'content',
    content: [{ type: 'text', text: 'answered {"seat":"12A"}' }],
  });
});

test('a person who does not want to answer is told to the server as one who declines', async () => {
  const waiting = await call('two');
  await answer(waiting, { do: 'refuse' });
  expect((await call('two')).body.result.content).toEqual([{ type: 'text', text: 'declined' }]);
});

test('A26: a secret is not asked for', async () => {
  await asking({ password: { type: 'string', title: 'Your password' } });
  expect((await call('three')).body.result.content).toEqual([{ type: 'text', text: 'declined' }]);
});
