// Pull requests: listed and opened.
import { defineTool } from '@toolcrib/client';
import { z } from 'zod';
import {
  api,
  callGithub,
  next_cursor,
  nextCursor,
  pageInput,
  pageQuery,
  read,
  repositoryInput,
  write,
} from './github.ts';

const pullAnswer = z.object({
  number: z.int(),
  title: z.string(),
  state: z.string(),
  draft: z.boolean().optional(),
  html_url: z.string(),
  user: z.object({ login: z.string() }).nullish(),
  head: z.object({ ref: z.string(), sha: z.string() }),
  base: z.object({ ref: z.string() }),
  created_at: z.string(),
  updated_at: z.string(),
  merged_at: z.string().nullish(),
});

const pullOutput = z.object({
  number: z.int(),
  title: z.string(),
  state: z.string(),
  draft: z.boolean(),
  url: z.string(),
  author: z.string().nullable(),
  head: z.string().describe('The branch with the changes'),
  head_sha: z.string(),
  base: z.string().describe('The branch that they are for'),
  created_at: z.string(),
  updated_at: z.string(),
  merged_at: z.string().nullable(),
});

function toPull(pull: z.output<typeof pullAnswer>): z.output<typeof pullOutput> {
  const { number, title, state, draft = false, html_url, user, head, base, created_at, updated_at, merged_at } = pull;
  return {
    ...{ number, title, state, draft, url: html_url, author: user?.login ?? null, head: head.ref, head_sha: head.sha },
    ...{ base: base.ref, created_at, updated_at, merged_at: merged_at ?? null },
  };
}

export const listPullRequests = defineTool({
  name: 'github_list_pull_requests',
  title: 'List pull requests of a repository on GitHub',
  description: 'Lists the pull requests of one repository, newest first.',
  input: z.object({
    ...repositoryInput,
    state: z.enum(['open', 'closed', 'all']).default('open'),
    base: z.string().min(1).max(250).optional().describe('Only those for this branch'),
    cursor: pageInput.cursor,
    // GitHub sends some 20 kB for each.
    limit: z.int().min(1).max(30).default(20).describe('Entries per page'),
  }),
  output: z.object({ pull_requests: z.array(pullOutput), next_cursor }),
  auth: read,
  read_only: true,
  category: 'data',
  run: async ({ owner, repo, state, base, ...page }, ctx) => {
    const { body, headers } = await callGithub(ctx, api(ctx)`/repos/${owner}/${repo}/pulls`, {
      query: { state, base, ...pageQuery(page) },
      answer: z.array(pullAnswer),
    });
    return { pull_requests: body.map(toPull), next_cursor: nextCursor(headers) };
  },
});

export const createPullRequest = defineTool({
  name: 'github_create_pull_request',
  title: 'Create a pull request on GitHub',
  description:
    'Opens a pull request from one branch to another, in the name of the account. Both branches must be there.',
  input: z.object({
    ...repositoryInput,
    title: z.string().min(1).max(256),
    head: z.string().min(1).max(250).describe('The branch with the changes; owner:branch for one of a fork'),
    base: z.string().min(1).max(250).describe('The branch that they are for'),
    body: z.string().max(65_536).optional().describe('Markdown'),
    draft: z.boolean().default(false),
  }),
  output: pullOutput,
  auth: write,
  danger: 'medium',
  category: 'content',
  run: async ({ owner, repo, ...pull }, ctx) => {
    const { body } = await callGithub(ctx, api(ctx)`/repos/${owner}/${repo}/pulls`, {
      method: 'POST',
      json: pull,
      answer: pullAnswer,
    });
    return toPull(body);
  },
});
