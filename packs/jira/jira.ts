// How the tools of this pack call Jira Cloud (https://developer.atlassian.com/cloud/jira/platform/rest/v3): with OAuth below
// one address for all sites, with an e-mail address and an API token at the site itself.
import { ToolError, apiErrors, apiUrl, bearer, callApi, cleanWords, configText } from '@toolcrib/client';
import type { ApiAnswer, ApiRequest, ToolContext } from '@toolcrib/client';
import { z } from 'zod';

type Request<Answer> = Pick<ApiRequest<Answer>, 'method' | 'query' | 'json' | 'answer'>;

export interface Jira {
  /** An address below the REST API of the site. */
  readonly at: ReturnType<typeof apiUrl>;
  readonly call: <Answer>(url: URL, request: Request<Answer>) => Promise<Answer>;
}

/** The site of the account. */
export async function openJira(ctx: ToolContext): Promise<Jira> {
  const { user, password } = ctx.credential;
  const call = async <Answer>(url: URL, request: Request<Answer>): Promise<Answer> => {
    const authorization =
      user === undefined || password === undefined
        ? bearer(ctx).authorization
        : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const answer: ApiAnswer<Answer> = await callApi(ctx, {
      ...request,
      ...{ service: 'Jira', url, headers: { authorization }, words: wordsOf },
    });
    return answer.body;
  };
  const base = user === undefined || password === undefined ? await siteOfGrant(ctx, call) : siteUrl(ctx);
  return { at: apiUrl(`${base.replace(/\/+$/, '')}/rest/api/3`), call };
}

/** Undefined: none is named. */
function siteName({ config }: Pick<ToolContext, 'config'>): string | undefined {
  const { site } = config;
  if (site === undefined || site === '') return undefined;
  if (typeof site === 'string' && /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(site)) return site.toLowerCase();
  throw new ToolError(
    'setting_invalid',
    'The setting "site" is not the name of a site, such as example of https://example.atlassian.net.',
  );
}

function siteUrl(ctx: Pick<ToolContext, 'config'>): string {
  const site = siteName(ctx);
  if (site === undefined) throw new ToolError('setting_missing', 'Accounts with an API token need the setting "site".');
  return configText(ctx, 'site_url').replace('{site}', site);
}

const sites = z.array(z.object({ id: z.string(), url: z.string(), name: z.string().default('') }));

/** An OAuth grant counts for one or several sites; the setting `site` says which one is meant. */
async function siteOfGrant(ctx: ToolContext, call: Jira['call']): Promise<string> {
  const at = apiUrl(configText(ctx, 'api_url'));
  const found = await call(at`/oauth/token/accessible-resources`, { answer: sites });
  const fitting =
    siteName(ctx) === undefined
      ? found
      : found.filter(({ url }) => URL.parse(url)?.host === URL.parse(siteUrl(ctx))?.host);
  const [site, ...others] = fitting;
  if (site === undefined) throw new ToolError(apiErrors.not_allowed, 'The account was not given access to the site.');
  if (others.length > 0) {
    const list = fitting.slice(0, 10).map(({ url }) => cleanWords(url));
    throw new ToolError(
      'choose_site',
      `The account has several sites; the setting site says which: ${list.join(', ')}`,
    );
  }
  return at`/ex/jira/${site.id}`.href;
}

const problem = z.object({
  errorMessages: z.array(z.string()).default([]),
  errors: z.record(z.string(), z.string()).default({}),
});

function wordsOf(body: unknown): string | undefined {
  const { data } = problem.safeParse(body);
  if (data === undefined) return undefined;
  return [...data.errorMessages, ...Object.entries(data.errors).map(([field, text]) => `${field}: ${text}`)].join(' ');
}

export const read = {
  provider: 'atlassian',
  scopes: ['read:jira-work'],
  strategies: ['oauth2', 'username_password'],
} as const;
export const write = { ...read, scopes: ['read:jira-work', 'write:jira-work'] } as const;

export const issueKey = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,30}-\d{1,12}$|^\d{1,18}$/)
  .describe('Key or id: PROJ-123');

const node: z.ZodType<AdfNode> = z.lazy(() =>
  z.object({ type: z.string(), text: z.string().optional(), content: z.array(node).optional() }),
);

/** A part of a text in Atlassian's document format. */
interface AdfNode {
  readonly type: string;
  readonly text?: string | undefined;
  readonly content?: readonly AdfNode[] | undefined;
}

/** Long texts and those of old issues come as plain texts. */
export const richText = z.union([node, z.string()]).nullish();

const blocks: ReadonlySet<string> = new Set([
  'paragraph',
  'heading',
  'codeBlock',
  'listItem',
  'blockquote',
  'tableRow',
  'rule',
]);
const text_characters = 20_000;

/** As plain text. */
export function plain(text: z.output<typeof richText>): string {
  const whole = typeof text === 'string' ? text : text === null || text === undefined ? '' : textOf(text).trim();
  return whole.length <= text_characters
    ? whole
    : `${whole.slice(0, text_characters)}\n[cut: ${whole.length} characters]`;
}

function textOf({ type, text = '', content = [] }: AdfNode): string {
  if (type === 'hardBreak') return '\n';
  const inner = text + content.map((part) => textOf(part)).join('');
  return blocks.has(type) && !inner.endsWith('\n') ? `${inner}\n` : inner;
}

/** Plain text as a document: one paragraph for each line. */
export function toDocument(text: string): object {
  const paragraphs = text.split(/\r?\n/).map((line) => ({
    type: 'paragraph',
    content: line === '' ? [] : [{ type: 'text', text: line }],
  }));
  return { type: 'doc', version: 1, content: paragraphs };
}
