// The pack `github`, through the whole server, against a mock that Prism makes of GitHub's own description: what the pack asks
// must be what GitHub documents, and GitHub's documented examples must be what the pack reads.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPrism } from '../../support/prism.ts';
import type { Prism } from '../../support/prism.ts';
import { expectCommonErrors, startPackWorld } from './pack-world.ts';
import type { PackWorld } from './pack-world.ts';

let prism: Prism;
let world: PackWorld;
beforeAll(async () => {
  prism = await startPrism('public-apis/github.json', { lenient: true });
  world = await startPackWorld({
    pack: 'github',
    upstream: prism.url,
    environment: { GITHUB_PACK_API_URL: '{url}' },
    credential: { system: 'github', strategy: 'token', fields: { token: 'planted-token' } },
  });
}, 60_000);
afterAll(async () => {
  await world.stop();
  await prism.stop();
});

const repository = { owner: 'octocat', repo: 'Hello-World' };

describe('github', () => {
  it('searches repositories and issues', async () => {
    const found = await world.valueOf('github_search_repositories', {
      query: 'tetris language:assembly',
      sort: 'stars',
    });
    expect(found).toMatchObject({
      total: expect.any(Number),
      repositories: [{ full_name: 'dtrupenn/Tetris', stars: 1 }],
    });
    expect(world.asked()).toMatchObject([
      {
        method: 'GET',
        path: '/search/repositories',
        query: { q: 'tetris language:assembly', sort: 'stars', per_page: '20' },
      },
    ]);
    const { authorization, accept, 'x-github-api-version': version } = world.asked()[0]?.headers ?? {};
    expect([authorization, accept, version]).toEqual([
      ...['Bearer planted-token', 'application/vnd.github+json', '2022-11-28'],
    ]);
    const issues = await world.valueOf('github_search_issues', { query: 'is:issue windows', limit: 5 });
    expect(issues.issues[0]).toMatchObject({
      number: expect.any(Number),
      title: expect.any(String),
      labels: expect.any(Array),
    });
  });

  it('lists and reads issues with comments', async () => {
    const { issues } = await world.valueOf('github_list_issues', {
      ...repository,
      state: 'all',
      labels: ['bug', 'ui'],
    });
    expect(issues[0]).toMatchObject({ number: 1347, author: 'octocat', state: 'open' });
    expect(world.asked()[0]).toMatchObject({
      path: '/repos/octocat/Hello-World/issues',
      query: { state: 'all', labels: 'bug,ui' },
    });
    const read = await world.valueOf('github_get_issue', { ...repository, number: 1347 });
    expect(read).toMatchObject({
      issue: { number: 1347 },
      body: expect.any(String),
      comments: [{ author: 'octocat', body: 'Me too' }],
    });
    // Results are cut down to what is of use.
    expect(JSON.stringify(read)).not.toContain('avatar_url');
  });

  it('makes issues and comments', async () => {
    const made = await world.valueOf('github_create_issue', {
      ...repository,
      title: 'Found a bug',
      body: 'It does not',
      labels: ['bug'],
    });
    expect(made).toMatchObject({ number: 1347, url: expect.stringContaining('github.com') });
    expect(world.asked()).toMatchObject([
      { method: 'POST', json: { title: 'Found a bug', body: 'It does not', labels: ['bug'] } },
    ]);
    const comment = await world.valueOf('github_comment_issue', { ...repository, number: 1347, body: 'Me too' });
    expect(comment).toMatchObject({ id: 1, url: expect.any(String) });
    expect(world.asked()[0]).toMatchObject({
      path: '/repos/octocat/Hello-World/issues/1347/comments',
      json: { body: 'Me too' },
    });
  });

  it('lists and makes pull requests', async () => {
    const { pull_requests } = await world.valueOf('github_list_pull_requests', { ...repository, base: 'master' });
    expect(pull_requests[0]).toMatchObject({ number: 1347, head: 'new-topic', base: 'master' });
    const pull = { title: 'Amazing new feature', head: 'octocat:new-feature', base: 'master', draft: true };
    expect(await world.valueOf('github_create_pull_request', { ...repository, ...pull })).toMatchObject({
      number: 1347,
    });
    expect(world.asked()[0]).toMatchObject({ method: 'POST', path: '/repos/octocat/Hello-World/pulls', json: pull });
  });

  it('reads text files, and lists folders', async () => {
    const file = { type: 'file', encoding: 'base64', size: 5, name: 'a', path: 'docs/a b.md', sha: 'abc' };
    world.answerWith({ body: { ...file, content: Buffer.from('hällo').toString('base64') } });
    const read = await world.valueOf('github_get_file', { ...repository, path: 'docs/a b.md', ref: 'main' });
    expect(read).toMatchObject({ kind: 'file', text: 'hällo', path: 'docs/a b.md' });
    expect(world.asked()[0]).toMatchObject({
      path: '/repos/octocat/Hello-World/contents/docs/a%20b.md',
      query: { ref: 'main' },
    });
    world.answerWith({ body: [{ ...file, type: 'dir' }] });
    expect(await world.valueOf('github_get_file', { ...repository, path: 'docs' })).toMatchObject({
      ...{ kind: 'folder', text: null, entries: [{ path: 'docs/a b.md', kind: 'dir' }] },
    });
    world.answerWith({ body: { ...file, content: Buffer.from([0xff, 0xfe]).toString('base64') } });
    const { body } = await world.call('github_get_file', { ...repository, path: 'logo.png' });
    expect(body.error.service_error.code).toBe('not_text');
  });

  it('no argument leads to another address', async () => {
    for (const args of [
      { owner: '..', repo: 'x', path: 'a' },
      { owner: 'a', repo: '..', path: 'a' },
      { owner: 'a', repo: 'b', path: '../../../user' },
      { owner: 'a', repo: 'b', path: './a' },
    ]) {
      const { body } = await world.call('github_get_file', args);
      expect([args, body.error.service_error?.code, world.asked().length]).toEqual([args, 'invalid_request', 0]);
    }
    world.answerWith({ status: 404 });
    await world.call('github_list_issues', { owner: 'a/../../x?', repo: '#b' });
    expect(world.asked()[0]?.path).toBe('/repos/a%2F..%2F..%2Fx%3F/%23b/issues');
  });

  it('goes on at the next page', async () => {
    const link = '<https://api.github.com/repositories/1/issues?page=3>; rel="next", <https://x/?page=9>; rel="last"';
    world.answerWith({ body: [], headers: { link } });
    const { next_cursor } = await world.valueOf('github_list_issues', { ...repository, cursor: '2' });
    expect([next_cursor, world.asked()[0]?.query['page']]).toEqual(['3', '2']);
    expect(await world.valueOf('github_list_issues', repository)).not.toHaveProperty('next_cursor');
  });

  it('tells the limits of GitHub, which come with 403', async () => {
    const reset = String(Math.ceil(Date.now() / 1_000) + 90);
    world.answerWith({ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } });
    const { body } = await world.call('github_list_issues', repository);
    expect(body.error).toMatchObject({ code: 'tool_busy', retryable: true, service_error: { code: 'rate_limited' } });
    expect(body.error.retry_after_s).toBeGreaterThan(80);
    world.answerWith({ status: 403, body: { message: 'You have exceeded a secondary rate limit.' } });
    expect((await world.call('github_list_issues', repository)).body.error.service_error.code).toBe('rate_limited');
  });

  it('tells the other errors as every pack does', async () => {
    await expectCommonErrors(world, 'github_list_issues', repository);
  });

  it('reading needs no approval by its danger, writing says what it is', async () => {
    const { body } = await world.toolcrib.request('GET', '/v1/tools');
    const dangers = Object.fromEntries(
      body.tools
        .filter(({ name }: { name: string }) => name.startsWith('github_'))
        .map(({ name, danger, read_only }: Record<string, string>) => [name, [danger, read_only]]),
    );
    expect(dangers['github_get_issue']).toEqual(['low', true]);
    expect(dangers['github_create_issue']).toEqual(['medium', false]);
    expect(Object.keys(dangers)).toHaveLength(9);
  });

  it('an account that GitHub refuses is told as such, without the token', async () => {
    world.answerWith({ status: 401, body: { message: 'Bad credentials planted-token' } });
    const { body, text } = await world.call('github_list_issues', repository);
    expect(body.error.code).toBe('credential_refused');
    expect(text).not.toContain('planted-token');
    expect(world.toolcrib.log_lines.join('')).not.toContain('planted-token');
  });
});
