// The pack `jira`, through the whole server, against a server that knows Jira Cloud's documented addresses and answers in its
// documented shapes (https://developer.atlassian.com/cloud/jira/platform/rest/v3).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectCommonErrors, startPackWorld } from './pack-world.ts';
import type { Asked, PackWorld, ProviderAnswer } from './pack-world.ts';

const doc = (...lines: readonly string[]) => ({
  ...{ type: 'doc', version: 1 },
  content: lines.map((line) => ({ type: 'paragraph', content: line === '' ? [] : [{ type: 'text', text: line }] })),
});
const issue = {
  ...{ id: '10002', key: 'ED-1', self: 'https://your-domain.atlassian.net/rest/api/3/issue/10002' },
  fields: {
    ...{
      summary: 'Main order flow broken',
      labels: ['bugfix'],
      created: '2026-01-17T12:34:00.000+0000',
      updated: null,
    },
    ...{ status: { name: 'To Do', id: '1' }, issuetype: { name: 'Bug' }, priority: null },
    ...{ assignee: { accountId: '5b1', displayName: 'Mia Krystof' }, reporter: null },
    description: doc('Main order flow broken', 'second line'),
  },
};
const comment = {
  id: '10000',
  author: { displayName: 'Mia Krystof' },
  body: doc('Lorem ipsum'),
  created: '2026-01-17T12:34:00.000+0000',
};
const transitions = [
  { id: '2', name: 'Close Issue', to: { name: 'Done' } },
  { id: '711', name: 'QA Review', to: { name: 'In Progress' } },
];

/** What Jira documents, by method and path below the site. */
function answer({ method, path }: Asked): ProviderAnswer {
  const routes: Readonly<Record<string, ProviderAnswer>> = {
    'POST /search/jql': { body: { issues: [issue], isLast: false, nextPageToken: 'page-2' } },
    'GET /issue/ED-1': { body: issue },
    'GET /issue/ED-1/comment': { body: { comments: [comment], maxResults: 20, startAt: 0, total: 1 } },
    'POST /issue/ED-1/comment': { status: 201, body: comment },
    'POST /issue': { status: 201, body: { id: '10000', key: 'ED-24', self: 'https://x' } },
    'GET /issue/ED-1/transitions': { body: { transitions } },
    'POST /issue/ED-1/transitions': { status: 204, body: '' },
  };
  if (path === '/oauth/token/accessible-resources')
    return { body: [{ id: 'cloud-1', url: 'https://example.atlassian.net', name: 'Example' }] };
  const below = path.replace(/^(\/ex\/jira\/cloud-1|\/example)\/rest\/api\/3/, '');
  return routes[`${method} ${below}`] ?? { status: 404, body: { errorMessages: ['No such route'], errors: {} } };
}

let world: PackWorld;
beforeAll(async () => {
  world = await startPackWorld({
    ...{ pack: 'jira', answer, environment: { JIRA_PACK_SITE_URL: '{url}/{site}', JIRA_PACK_API_URL: '{url}' } },
    credential: {
      system: 'atlassian',
      strategy: 'username_password',
      fields: { user: 'ada@example.com', password: 'planted-token' },
    },
  });
}, 60_000);
afterAll(() => world.stop());

describe('jira', () => {
  it('says that an account with an API token needs a site, and takes the name of one only', async () => {
    expect((await world.call('jira_get_issue', { key: 'ED-1' })).body.error.service_error.code).toBe('setting_missing');
    const set = (site: string) =>
      world.toolcrib.request('PUT', '/v1/packs/jira/settings', { body: { config: { site } } });
    expect((await set('evil.example/')).status).toBe(200);
    expect((await world.call('jira_get_issue', { key: 'ED-1' })).body.error.service_error.code).toBe('setting_invalid');
    expect(world.asked()).toHaveLength(0);
    expect((await set('example')).status).toBe(200);
    expect((await world.call('jira_get_issue', { key: 'ED-1' })).status).toBe(200);
  });

  it('searches by JQL', async () => {
    const found = await world.valueOf('jira_search_issues', { jql: 'project = ED', limit: 5, cursor: 'page-1' });
    expect(found).toMatchObject({
      next_cursor: 'page-2',
      issues: [
        {
          key: 'ED-1',
          summary: 'Main order flow broken',
          status: 'To Do',
          type: 'Bug',
          priority: null,
          assignee: 'Mia Krystof',
        },
      ],
    });
    const [asked] = world.asked();
    expect(asked).toMatchObject({
      path: '/example/rest/api/3/search/jql',
      json: { jql: 'project = ED', maxResults: 5, nextPageToken: 'page-1' },
    });
    const basic = Buffer.from('ada@example.com:planted-token').toString('base64');
    expect(asked?.headers.authorization).toBe(`Basic ${basic}`);
  });

  it('reads an issue with its comments as plain text', async () => {
    const read = await world.valueOf('jira_get_issue', { key: 'ED-1' });
    expect(read.description).toBe('Main order flow broken\nsecond line');
    expect(read.comments).toEqual([{ author: 'Mia Krystof', text: 'Lorem ipsum', created: comment.created }]);
    expect(world.asked()[0]?.query['fields']).toContain('summary,status');
  });

  it('makes issues and comments in the document format', async () => {
    const made = { project: 'ED', type: 'Bug', summary: 'New', description: 'one\n\ntwo', labels: ['x'] };
    expect(await world.valueOf('jira_create_issue', made)).toEqual({ key: 'ED-24', id: '10000' });
    expect(world.asked()[0]?.json).toEqual({
      fields: {
        project: { key: 'ED' },
        issuetype: { name: 'Bug' },
        summary: 'New',
        description: doc('one', '', 'two'),
        labels: ['x'],
      },
    });
    expect(await world.valueOf('jira_comment_issue', { key: 'ED-1', text: 'Lorem' })).toEqual({ id: '10000' });
    expect(world.asked()[0]?.json).toEqual({ body: doc('Lorem') });
  });

  it('moves an issue by the name of a transition or of a status', async () => {
    for (const to of ['close issue', 'Done']) {
      expect(await world.valueOf('jira_transition_issue', { key: 'ED-1', to })).toEqual({
        ...{ key: 'ED-1', transition: 'Close Issue', status: 'Done' },
      });
      expect(world.asked()[1]).toMatchObject({ method: 'POST', json: { transition: { id: '2' } } });
    }
    const { body } = await world.call('jira_transition_issue', { key: 'ED-1', to: 'Nowhere' });
    expect(body.error.service_error).toMatchObject({
      code: 'transition_unknown',
      message: expect.stringContaining('"QA Review"'),
    });
  });

  it('tells errors as every pack does, with what Jira says', async () => {
    world.answerWith({ status: 400, body: { errorMessages: ['Unbounded JQL'], errors: { summary: 'is required' } } });
    const { body } = await world.call('jira_search_issues', { jql: 'ORDER BY x' });
    expect(body.error.service_error.message).toContain('"Unbounded JQL summary: is required"');
    await expectCommonErrors(world, 'jira_search_issues', { jql: 'x = 1' });
  });
});
