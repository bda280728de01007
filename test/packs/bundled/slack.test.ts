// The pack `slack`, through the whole server, against a mock that Prism makes of Slack's own description and its examples.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPrism } from '../../support/prism.ts';
import type { Prism } from '../../support/prism.ts';
import { expectCommonErrors, startPackWorld } from './pack-world.ts';
import type { PackWorld } from './pack-world.ts';

let prism: Prism;
let world: PackWorld;
beforeAll(async () => {
  prism = await startPrism('public-apis/slack.json', { lenient: true });
  world = await startPackWorld({
    pack: 'slack',
    upstream: prism.url,
    environment: { SLACK_PACK_API_URL: '{url}/' },
    credential: { system: 'slack', strategy: 'token', fields: { token: 'xoxp-planted' } },
  });
}, 60_000);
afterAll(async () => {
  await world.stop();
  await prism.stop();
});

describe('slack', () => {
  it('lists channels and people', async () => {
    const { channels } = await world.valueOf('slack_list_channels', { limit: 2 });
    expect(channels[0]).toMatchObject({ id: 'C012AB3CD', name: 'general', is_archived: false, members: 4 });
    expect(world.asked()).toMatchObject([
      {
        method: 'GET',
        path: '/conversations.list',
        query: { types: 'public_channel', exclude_archived: 'true', limit: '2' },
      },
    ]);
    expect(world.asked()[0]?.headers.authorization).toBe('Bearer xoxp-planted');
    const { users, next_cursor } = await world.valueOf('slack_list_users');
    expect(users[0]).toMatchObject({ id: 'W012A3CDE', name: 'spengler', is_bot: false });
    expect(next_cursor).toEqual(expect.any(String));
  });

  it('writes messages and answers in threads', async () => {
    const sent = { channel: 'C123456', text: 'Hello <https://example.com|world>', thread_ts: '1503435956.000247' };
    expect(await world.valueOf('slack_post_message', sent)).toMatchObject({ ts: expect.stringMatching(/^\d+\.\d+$/) });
    const [asked] = world.asked();
    expect(asked).toMatchObject({ method: 'POST', path: '/chat.postMessage' });
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual(sent);
  });

  it('reads the history of a channel', async () => {
    const { messages } = await world.valueOf('slack_get_history', { channel: 'C123456', oldest: '1512085950.000216' });
    expect(messages[0]).toMatchObject({ ts: expect.any(String), text: expect.any(String), replies: 0 });
    expect(world.asked()[0]).toMatchObject({
      path: '/conversations.history',
      query: { channel: 'C123456', oldest: '1512085950.000216' },
    });
  });

  it('searches messages, page by page', async () => {
    // Slack's description has no example of it; this is the one of its documentation.
    const match = {
      ...{
        channel: { id: 'C12345678', name: 'general' },
        permalink: 'https://hitchhikers.slack.com/archives/C12345678/p1',
      },
      ...{
        team: 'E12345678',
        text: 'The meaning of life',
        ts: '1508284197.000015',
        type: 'message',
        username: 'roach',
      },
    };
    world.answerWith({
      body: {
        ok: true,
        query: 'life',
        messages: { matches: [match], paging: { count: 20, page: 1, pages: 2, total: 21 }, total: 21 },
      },
    });
    expect(await world.valueOf('slack_search_messages', { query: 'life', sort: 'timestamp' })).toEqual({
      total: 21,
      next_page: 2,
      messages: [
        {
          ...{ ts: '1508284197.000015', text: 'The meaning of life', user: 'roach', channel: 'C12345678' },
          ...{ channel_name: 'general', url: 'https://hitchhikers.slack.com/archives/C12345678/p1' },
        },
      ],
    });
    expect(world.asked()[0]).toMatchObject({
      path: '/search.messages',
      query: { query: 'life', sort: 'timestamp', page: '1', count: '20' },
    });
  });

  it.each([
    [{ error: 'channel_not_found' }, 'tool_refused', 'channel_not_found'],
    [{ error: 'missing_scope', needed: 'chat:write' }, 'tool_refused', 'scope_missing'],
    [{ error: 'Free text <b>of</b> nobody' }, 'tool_refused', 'bad_answer'],
  ])('tells what Slack refuses with status 200: %j', async (answer, code, of_tool) => {
    world.answerWith({ body: { ok: false, ...answer } });
    const { body } = await world.call('slack_post_message', { channel: 'C123456', text: 'x' });
    expect(body.error).toMatchObject({ code, service_error: { code: of_tool } });
    expect(body.error.service_error.message).not.toContain('nobody');
  });

  it.each(['token_revoked', 'invalid_auth', 'account_inactive'])(
    'an account that ends with %s is told as refused',
    async (error) => {
      world.answerWith({ body: { ok: false, error } });
      expect((await world.call('slack_list_users')).body.error.code).toBe('credential_refused');
      // It is marked now: given again, it counts again.
      const { body } = await world.toolcrib.request('GET', '/v1/credentials');
      const path = `/v1/credentials/${body.credentials[0].id}`;
      await world.toolcrib.request('PATCH', path, { body: { fields: { token: 'xoxp-planted' } } });
    },
  );

  it('tells the other errors as every pack does', async () => {
    await expectCommonErrors(world, 'slack_list_users', {});
  });
});
