// How the tools of this pack call GitHub's REST API (https://docs.github.com/en/rest), and what they show of its objects.
import { ToolError, apiUrl, bearer, callApi, configText, rateLimited, retryAfter } from '@toolcrib/client';
import type { ApiAnswer, ApiRequest, ToolContext } from '@toolcrib/client';
import { z } from 'zod';

type Request<Answer> = Pick<ApiRequest<Answer>, 'method' | 'query' | 'json' | 'answer'>;

/** An address below the API: `api(ctx)\`/repos/${owner}/${repo}\``. */
export function api(ctx: Pick<ToolContext, 'config'>): ReturnType<typeof apiUrl> {
  return apiUrl(configText(ctx, 'api_url'));
}

export function callGithub<Answer>(ctx: ToolContext, url: URL, request: Request<Answer>): Promise<ApiAnswer<Answer>> {
  return callApi(ctx, {
    ...request,
    service: 'GitHub',
    url,
    headers: { ...bearer(ctx), accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
    refusal: refuseLimits,
    words: (body) => problem.safeParse(body).data?.message,
  });
}

const problem = z.object({ message: z.string() });

/** GitHub tells its limits with 403 too (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api). */
function refuseLimits({ status, headers, body }: ApiAnswer<unknown>): void {
  if (status !== 403 && status !== 429) return;
  const wait_s = retryAfter(headers);
  if (wait_s !== undefined) throw rateLimited('GitHub', wait_s);
  if (headers.get('x-ratelimit-remaining') === '0') {
    const reset_s = Number(headers.get('x-ratelimit-reset') ?? 0) - Date.now() / 1_000;
    throw rateLimited('GitHub', Math.max(1, Math.ceil(reset_s)));
  }
  const said = problem.safeParse(body).data?.message ?? '';
  if (status === 429 || /secondary rate limit/i.test(said)) throw rateLimited('GitHub');
}

/** The number of the next page, from the Link header; undefined on the last. */
export function nextCursor(headers: Headers): string | undefined {
  const next = (headers.get('link') ?? '').split(',').find((link) => /;\s*rel="?next"?/.test(link));
  const url = URL.parse(/<([^>]+)>/.exec(next ?? '')?.[1] ?? '');
  return url?.searchParams.get('page') ?? undefined;
}

export const repositoryInput = {
  owner: z.string().min(1).max(100).describe('Person or organisation that the repository belongs to'),
  repo: z.string().min(1).max(100).describe('Name of the repository'),
};

export const pageInput = {
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,5}$/)
    .optional()
    .describe('next_cursor of the page before'),
  limit: z.int().min(1).max(50).default(20).describe('Entries per page'),
};

export const next_cursor = z.string().optional().describe('For the next page; absent on the last');

/** What both pages and arguments of GitHub call so. */
export function pageQuery({ cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number }) {
  return { per_page: limit, page: cursor === undefined ? undefined : Number(cursor) };
}

export const read = { provider: 'github' } as const;
/** Of OAuth grants; a token says itself what it may do. */
export const write = { provider: 'github', scopes: ['repo'] } as const;

const body_characters = 20_000;

/** A text for a model: whole, or its beginning with a notice. */
export function cut(text: string | null | undefined): string {
  const whole = text ?? '';
  return whole.length <= body_characters
    ? whole
    : `${whole.slice(0, body_characters)}\n[cut: ${whole.length} characters]`;
}

const user = z.object({ login: z.string() }).nullish();

/** What GitHub answers about an issue or a pull request in the role of one. */
export const issueAnswer = z.object({
  number: z.int(),
  title: z.string(),
  state: z.string(),
  html_url: z.string(),
  user,
  body: z.string().nullish(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])).default([]),
  assignees: z.array(z.object({ login: z.string() })).nullish(),
  comments: z.int().optional(),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullish(),
  pull_request: z.object({}).nullish(),
});

export const issueOutput = z.object({
  number: z.int(),
  title: z.string(),
  state: z.string(),
  url: z.string(),
  author: z.string().nullable(),
  labels: z.array(z.string()),
  assignees: z.array(z.string()),
  comments: z.int(),
  is_pull_request: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullable(),
});

export function toIssue(issue: z.output<typeof issueAnswer>): z.output<typeof issueOutput> {
  return {
    number: issue.number,
    title: issue.title,
    state: issue.state,
    url: issue.html_url,
    author: issue.user?.login ?? null,
    labels: issue.labels.flatMap((label) => (typeof label === 'string' ? label : (label.name ?? []))),
    assignees: (issue.assignees ?? []).map(({ login }) => login),
    comments: issue.comments ?? 0,
    is_pull_request: issue.pull_request !== undefined && issue.pull_request !== null,
    created_at: issue.created_at,
    updated_at: issue.updated_at,
    closed_at: issue.closed_at ?? null,
  };
}

/** `src/main.ts` as parts of an address. Throws for one that leads elsewhere. */
export function pathParts(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length === 0) throw new ToolError('invalid_request', 'The path names no file.');
  return parts;
}
