// Repositories and the files in them.
import { ToolError, defineTool } from '@toolcrib/client';
import { z } from 'zod';
import {
  api,
  callGithub,
  cut,
  next_cursor,
  nextCursor,
  pageInput,
  pageQuery,
  pathParts,
  read,
  repositoryInput,
} from './github.ts';

const repositoryAnswer = z.object({
  full_name: z.string(),
  description: z.string().nullish(),
  html_url: z.string(),
  private: z.boolean(),
  archived: z.boolean().optional(),
  default_branch: z.string().optional(),
  language: z.string().nullish(),
  stargazers_count: z.int(),
  updated_at: z.string().nullish(),
});

export const searchRepositories = defineTool({
  name: 'github_search_repositories',
  title: 'Search repositories on GitHub',
  description:
    'Finds repositories by words and qualifiers of GitHub, e.g. "http client language:typescript stars:>100" or "org:octo-org". Shows what the account can see.',
  input: z.object({
    query: z.string().min(1).max(256).describe('Words and qualifiers'),
    sort: z.enum(['stars', 'forks', 'updated']).optional().describe('By default the best match comes first'),
    ...pageInput,
  }),
  output: z.object({
    total: z.int(),
    repositories: z.array(
      z.object({
        full_name: z.string(),
        description: z.string().nullable(),
        url: z.string(),
        private: z.boolean(),
        archived: z.boolean(),
        default_branch: z.string().nullable(),
        language: z.string().nullable(),
        stars: z.int(),
        updated_at: z.string().nullable(),
      }),
    ),
    next_cursor,
  }),
  auth: read,
  read_only: true,
  category: 'data',
  run: async ({ query, sort, ...page }, ctx) => {
    const { body, headers } = await callGithub(ctx, api(ctx)`/search/repositories`, {
      query: { q: query, sort, ...pageQuery(page) },
      answer: z.object({ total_count: z.int(), items: z.array(repositoryAnswer) }),
    });
    return {
      total: body.total_count,
      repositories: body.items.map((one) => ({
        full_name: one.full_name,
        description: one.description ?? null,
        url: one.html_url,
        private: one.private,
        archived: one.archived ?? false,
        default_branch: one.default_branch ?? null,
        language: one.language ?? null,
        stars: one.stargazers_count,
        updated_at: one.updated_at ?? null,
      })),
      next_cursor: nextCursor(headers),
    };
  },
});

const fileAnswer = z.object({
  type: z.string(),
  path: z.string(),
  sha: z.string(),
  size: z.int(),
  html_url: z.string().nullish(),
  encoding: z.string().optional(),
  content: z.string().optional(),
});

export const getFile = defineTool({
  name: 'github_get_file',
  title: 'Read a file on GitHub',
  description:
    'Reads a text file of a repository, at its default branch or another branch, tag or commit; of a folder, lists what is in it.',
  input: z.object({
    ...repositoryInput,
    path: z.string().max(1_000).describe('From the root of the repository: src/main.ts'),
    ref: z.string().min(1).max(250).optional().describe('Branch, tag or commit'),
  }),
  output: z.object({
    path: z.string(),
    kind: z.enum(['file', 'folder']),
    sha: z.string().nullable(),
    size_bytes: z.int().nullable(),
    url: z.string().nullable(),
    text: z.string().nullable(),
    entries: z.array(z.object({ path: z.string(), kind: z.string(), size_bytes: z.int() })),
  }),
  auth: read,
  read_only: true,
  category: 'content',
  run: async ({ owner, repo, path, ref }, ctx) => {
    const url = api(ctx)`/repos/${owner}/${repo}/contents/${pathParts(path)}`;
    const { body } = await callGithub(ctx, url, {
      query: { ref },
      answer: z.union([fileAnswer, z.array(fileAnswer.omit({ content: true }))]),
    });
    if (Array.isArray(body)) {
      const entries = body.map((one) => ({ path: one.path, kind: one.type, size_bytes: one.size }));
      return { path, kind: 'folder' as const, sha: null, size_bytes: null, url: null, text: null, entries };
    }
    const { sha, size: size_bytes, html_url } = body;
    return {
      path: body.path,
      kind: 'file' as const,
      sha,
      size_bytes,
      url: html_url ?? null,
      text: textOf(body),
      entries: [],
    };
  },
});

function textOf({ type, encoding, content }: z.output<typeof fileAnswer>): string {
  if (type !== 'file')
    throw new ToolError('not_a_file', `This is a ${type === 'submodule' ? 'submodule' : 'link'}, not a file.`);
  // GitHub leaves out what is larger than a megabyte.
  if (encoding !== 'base64' || content === undefined)
    throw new ToolError('file_too_large', 'The file is larger than 1 MB.');
  const bytes = Buffer.from(content, 'base64');
  try {
    return cut(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new ToolError('not_text', 'The file is no text in UTF-8.');
  }
}
