// Issues of a Jira site.
import { ToolError, cleanWords, defineTool } from '@toolcrib/client';
import { z } from 'zod';
import { issueKey, openJira, plain, read, richText, toDocument, write } from './jira.ts';

const named = z.object({ name: z.string() }).nullish();
const person = z.object({ displayName: z.string() }).nullish();

const issueAnswer = z.object({
  id: z.string(),
  key: z.string(),
  fields: z.object({
    summary: z.string().nullish(),
    status: named,
    issuetype: named,
    priority: named,
    assignee: person,
    reporter: person,
    labels: z.array(z.string()).nullish(),
    created: z.string().nullish(),
    updated: z.string().nullish(),
    description: richText,
  }),
});
/** What is asked for: Jira has hundreds of fields. */
const listed_fields = [
  'summary',
  'status',
  'issuetype',
  'priority',
  'assignee',
  'reporter',
  'labels',
  'created',
  'updated',
];

const issueOutput = z.object({
  key: z.string(),
  summary: z.string(),
  status: z.string().nullable(),
  type: z.string().nullable(),
  priority: z.string().nullable(),
  assignee: z.string().nullable(),
  reporter: z.string().nullable(),
  labels: z.array(z.string()),
  created: z.string().nullable(),
  updated: z.string().nullable(),
});

function toIssue({ key, fields }: z.output<typeof issueAnswer>): z.output<typeof issueOutput> {
  return {
    key,
    summary: fields.summary ?? '',
    status: fields.status?.name ?? null,
    type: fields.issuetype?.name ?? null,
    priority: fields.priority?.name ?? null,
    assignee: fields.assignee?.displayName ?? null,
    reporter: fields.reporter?.displayName ?? null,
    labels: fields.labels ?? [],
    created: fields.created ?? null,
    updated: fields.updated ?? null,
  };
}

export const searchIssues = defineTool({
  name: 'jira_search_issues',
  title: 'Search issues in Jira',
  description:
    'Finds issues by JQL, e.g. project = PROJ AND status = "In Progress" ORDER BY updated DESC. Jira refuses a query without any condition.',
  input: z.object({
    jql: z.string().min(1).max(5_000),
    cursor: z.string().min(1).max(2_000).optional().describe('next_cursor of the page before'),
    limit: z.int().min(1).max(100).default(20).describe('Entries per page'),
  }),
  output: z.object({
    issues: z.array(issueOutput),
    next_cursor: z.string().optional().describe('For the next page; absent on the last'),
  }),
  auth: read,
  read_only: true,
  category: 'data',
  run: async ({ jql, cursor, limit }, ctx) => {
    const { at, call } = await openJira(ctx);
    const { issues, nextPageToken } = await call(at`/search/jql`, {
      method: 'POST',
      json: {
        jql,
        maxResults: limit,
        fields: listed_fields,
        ...(cursor === undefined ? {} : { nextPageToken: cursor }),
      },
      answer: z.object({ issues: z.array(issueAnswer).default([]), nextPageToken: z.string().nullish() }),
    });
    return { issues: issues.map(toIssue), next_cursor: nextPageToken ?? undefined };
  },
});

const commentAnswer = z.object({ id: z.string(), author: person, body: richText, created: z.string().nullish() });

export const getIssue = defineTool({
  name: 'jira_get_issue',
  title: 'Read an issue of Jira',
  description: 'Reads an issue with its description and its newest comments, as plain text.',
  input: z.object({ key: issueKey }),
  output: z.object({
    issue: issueOutput,
    description: z.string(),
    comments: z.array(z.object({ author: z.string().nullable(), text: z.string(), created: z.string().nullable() })),
  }),
  auth: read,
  read_only: true,
  category: 'content',
  run: async ({ key }, ctx) => {
    const { at, call } = await openJira(ctx);
    const issue = await call(at`/issue/${key}`, {
      query: { fields: [...listed_fields, 'description'].join(',') },
      answer: issueAnswer,
    });
    const { comments } = await call(at`/issue/${key}/comment`, {
      query: { orderBy: '-created', maxResults: 20 },
      answer: z.object({ comments: z.array(commentAnswer).default([]) }),
    });
    return {
      issue: toIssue(issue),
      description: plain(issue.fields.description),
      comments: comments.map(({ author, body, created }) => ({
        ...{ author: author?.displayName ?? null, text: plain(body), created: created ?? null },
      })),
    };
  },
});

export const createIssue = defineTool({
  name: 'jira_create_issue',
  title: 'Create an issue in Jira',
  description: 'Makes an issue in a project, in the name of the account.',
  input: z.object({
    project: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_]{0,30}$/)
      .describe('Key of the project: PROJ'),
    type: z.string().min(1).max(100).default('Task').describe('Name of the type of issue: Task, Bug, Story'),
    summary: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^\r\n]*$/, 'One line'),
    description: z.string().max(30_000).optional().describe('Plain text'),
    labels: z
      .array(z.string().regex(/^\S{1,255}$/))
      .max(20)
      .optional(),
  }),
  output: z.object({ key: z.string(), id: z.string() }),
  auth: write,
  danger: 'medium',
  category: 'content',
  run: async ({ project, type, summary, description, labels }, ctx) => {
    const { at, call } = await openJira(ctx);
    return call(at`/issue`, {
      method: 'POST',
      json: {
        fields: {
          ...{ project: { key: project }, issuetype: { name: type }, summary },
          ...(description === undefined ? {} : { description: toDocument(description) }),
          ...(labels === undefined ? {} : { labels }),
        },
      },
      answer: z.object({ key: z.string(), id: z.string() }),
    });
  },
});

export const commentIssue = defineTool({
  name: 'jira_comment_issue',
  title: 'Comment on an issue of Jira',
  description: 'Adds a comment to an issue, in the name of the account.',
  input: z.object({ key: issueKey, text: z.string().min(1).max(30_000).describe('Plain text') }),
  output: z.object({ id: z.string() }),
  auth: write,
  danger: 'medium',
  category: 'communication',
  run: async ({ key, text }, ctx) => {
    const { at, call } = await openJira(ctx);
    const json = { body: toDocument(text) };
    return call(at`/issue/${key}/comment`, { method: 'POST', json, answer: z.object({ id: z.string() }) });
  },
});

const transitionsAnswer = z.object({
  transitions: z.array(z.object({ id: z.string(), name: z.string(), to: z.object({ name: z.string() }).nullish() })),
});

export const transitionIssue = defineTool({
  name: 'jira_transition_issue',
  title: 'Move an issue of Jira to another status',
  description:
    'Moves an issue along one of the transitions that its workflow has at the moment, named by the transition or by the status that it leads to.',
  input: z.object({
    key: issueKey,
    to: z.string().min(1).max(255).describe('Name of the transition or of the status: Done'),
  }),
  output: z.object({ key: z.string(), transition: z.string(), status: z.string().nullable() }),
  auth: write,
  danger: 'medium',
  category: 'content',
  run: async ({ key, to }, ctx) => {
    const { at, call } = await openJira(ctx);
    const { transitions } = await call(at`/issue/${key}/transitions`, { answer: transitionsAnswer });
    const wanted = to.trim().toLowerCase();
    const found = transitions.filter(
      (one) => one.name.toLowerCase() === wanted || one.to?.name.toLowerCase() === wanted,
    );
    const [transition, ...others] = found;
    if (transition === undefined || others.length > 0) {
      const names = transitions.slice(0, 30).map((one) => `"${cleanWords(one.name)}"`);
      const problem = transition === undefined ? 'There is no such transition' : 'Several transitions lead there';
      throw new ToolError('transition_unknown', `${problem}; the issue has ${names.join(', ')}.`);
    }
    const json = { transition: { id: transition.id } };
    await call(at`/issue/${key}/transitions`, { method: 'POST', json, answer: z.unknown() });
    return { key, transition: transition.name, status: transition.to?.name ?? null };
  },
});
