// Issues, and comments on them.
import { defineTool } from '@toolcrib/client';
import { z } from 'zod';
import {
  api,
  callGithub,
  cut,
  issueAnswer,
  issueOutput,
  next_cursor,
  nextCursor,
  pageInput,
  pageQuery,
  read,
  repositoryInput,
  toIssue,
  write,
} from './github.ts';

const number = z.int().min(1).describe('Number of the issue or pull request');

export const searchIssues = defineTool({
  name: 'github_search_issues',
  title: 'Search issues and pull requests on GitHub',
  description:
    'Finds issues and pull requests by words and qualifiers of GitHub, e.g. "crash is:issue is:open repo:octo-org/octo-repo". Put is:issue or is:pr into the query.',
  input: z.object({
    query: z.string().min(1).max(256).describe('Words and qualifiers'),
    sort: z.enum(['comments', 'created', 'updated']).optional().describe('By default the best match comes first'),
    ...pageInput,
  }),
  output: z.object({ total: z.int(), issues: z.array(issueOutput), next_cursor }),
  auth: read,
  read_only: true,
  category: 'data',
  run: async ({ query, sort, ...page }, ctx) => {
    const { body, headers } = await callGithub(ctx, api(ctx)`/search/issues`, {
      query: { q: query, sort, ...pageQuery(page) },
      answer: z.object({ total_count: z.int(), items: z.array(issueAnswer) }),
    });
    return { total: body.total_count, issues: body.items.map(toIssue), next_cursor: nextCursor(headers) };
  },
});

export const listIssues = defineTool({
  name: 'github_list_issues',
  title: 'List issues of a repository on GitHub',
  description: 'Lists the issues of one repository, newest first. Pull requests are issues too and are marked.',
  input: z.object({
    ...repositoryInput,
    state: z.enum(['open', 'closed', 'all']).default('open'),
    labels: z
      .array(z.string().min(1).max(100))
      .max(10)
      .optional()
      .describe('Only issues that have all of these labels'),
    ...pageInput,
  }),
  output: z.object({ issues: z.array(issueOutput), next_cursor }),
  auth: read,
  read_only: true,
  category: 'data',
  run: async ({ owner, repo, state, labels, ...page }, ctx) => {
    const { body, headers } = await callGithub(ctx, api(ctx)`/repos/${owner}/${repo}/issues`, {
      query: { state, labels: labels?.join(','), ...pageQuery(page) },
      answer: z.array(issueAnswer),
    });
    return { issues: body.map(toIssue), next_cursor: nextCursor(headers) };
  },
});

const commentAnswer = z.object({
  id: z.number(),
  html_url: z.string(),
  user: z.object({ login: z.string() }).nullish(),
  body: z.string().nullish(),
  created_at: z.string(),
});

export const getIssue = defineTool({
  name: 'github_get_issue',
  title: 'Read an issue on GitHub',
  description: 'Reads an issue or pull request with its text and its first comments.',
  input: z.object({ ...repositoryInput, number, ...pageInput }),
  output: z.object({
    issue: issueOutput,
    body: z.string(),
    comments: z.array(
      z.object({ author: z.string().nullable(), body: z.string(), url: z.string(), created_at: z.string() }),
    ),
    next_cursor,
  }),
  auth: read,
  read_only: true,
  category: 'content',
  run: async ({ owner, repo, number: issue_number, ...page }, ctx) => {
    const at = api(ctx);
    const { body: issue } = await callGithub(ctx, at`/repos/${owner}/${repo}/issues/${issue_number}`, {
      answer: issueAnswer,
    });
    const comments = await callGithub(ctx, at`/repos/${owner}/${repo}/issues/${issue_number}/comments`, {
      query: pageQuery(page),
      answer: z.array(commentAnswer),
    });
    return {
      issue: toIssue(issue),
      body: cut(issue.body),
      comments: comments.body.map(({ user, body, html_url, created_at }) => ({
        ...{ author: user?.login ?? null, body: cut(body), url: html_url, created_at },
      })),
      next_cursor: nextCursor(comments.headers),
    };
  },
});

export const createIssue = defineTool({
  name: 'github_create_issue',
  title: 'Create an issue on GitHub',
  description: 'Opens an issue in a repository, in the name of the account.',
  input: z.object({
    ...repositoryInput,
    title: z.string().min(1).max(256),
    body: z.string().max(65_536).optional().describe('Markdown'),
    labels: z.array(z.string().min(1).max(100)).max(20).optional(),
    assignees: z.array(z.string().min(1).max(100)).max(10).optional().describe('Logins'),
  }),
  output: issueOutput,
  auth: write,
  danger: 'medium',
  category: 'content',
  run: async ({ owner, repo, ...issue }, ctx) => {
    const { body } = await callGithub(ctx, api(ctx)`/repos/${owner}/${repo}/issues`, {
      method: 'POST',
      json: issue,
      answer: issueAnswer,
    });
    return toIssue(body);
  },
});

export const commentIssue = defineTool({
  name: 'github_comment_issue',
  title: 'Comment on an issue on GitHub',
  description: 'Adds a comment to an issue or pull request, in the name of the account.',
  input: z.object({ ...repositoryInput, number, body: z.string().min(1).max(65_536).describe('Markdown') }),
  output: z.object({ id: z.number(), url: z.string(), created_at: z.string() }),
  auth: write,
  danger: 'medium',
  category: 'communication',
  run: async ({ owner, repo, number: issue_number, body: text }, ctx) => {
    const { body } = await callGithub(ctx, api(ctx)`/repos/${owner}/${repo}/issues/${issue_number}/comments`, {
      method: 'POST',
      json: { body: text },
      answer: commentAnswer,
    });
    return { id: body.id, url: body.html_url, created_at: body.created_at };
  },
});
