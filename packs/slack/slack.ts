// How the tools of this pack call Slack's Web API (https://docs.slack.dev/apis/web-api): errors come with status 200.
import { ToolError, apiErrors, apiUrl, bearer, callApi, configText } from '@toolcrib/client';
import type { ApiAnswer, ApiRequest, ToolContext } from '@toolcrib/client';
import { z } from 'zod';

const envelope = z.object({ ok: z.boolean(), error: z.string().optional(), needed: z.string().optional() });

/** What every method takes. */
const form_type = 'application/x-www-form-urlencoded; charset=utf-8';

/** Slack's codes for an account that does not count any more. */
const refused_accounts: ReadonlySet<string> = new Set([
  ...['invalid_auth', 'not_authed', 'token_expired', 'token_revoked', 'account_inactive', 'user_removed_from_team'],
]);

export async function callSlack<Answer>(
  ctx: ToolContext,
  slack_method: string,
  {
    form,
    ...request
  }: Pick<ApiRequest<Answer>, 'query' | 'answer'> & { readonly form?: Readonly<Record<string, string>> },
): Promise<Answer> {
  const { body } = await callApi(ctx, {
    ...request,
    service: 'Slack',
    url: apiUrl(configText(ctx, 'api_url'))`/${slack_method}`,
    ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form).toString() }),
    headers: { ...bearer(ctx), ...(form === undefined ? {} : { 'content-type': form_type }) },
    refusal: refuse,
  });
  return body;
}

function refuse({ status, body }: ApiAnswer<unknown>): void {
  const { data } = envelope.safeParse(body);
  if (status !== 200 || data === undefined || data.ok) return;
  const code = data.error ?? '';
  if (refused_accounts.has(code)) throw new ToolError(apiErrors.credential_refused, 'Slack refuses the account.');
  if (code === 'missing_scope') {
    const needed = /^[\w:,.]{1,200}$/.exec(data.needed ?? '')?.[0] ?? 'more';
    throw new ToolError('scope_missing', `The account lacks the scope ${needed}: connect it again with that scope.`);
  }
  if (!/^[a-z0-9_]{1,64}$/.test(code)) throw new ToolError(apiErrors.bad_answer, 'Slack refuses the request.');
  // Slack's own codes are documented, method by method; they are words of Slack's list, never free text.
  throw new ToolError(code, `Slack refuses the request: ${code.replaceAll('_', ' ')}.`);
}

export const metadata = z.object({ next_cursor: z.string().optional() }).optional();

export const pageInput = {
  cursor: z.string().min(1).max(500).optional().describe('next_cursor of the page before'),
  limit: z.int().min(1).max(200).default(50).describe('Entries per page'),
};

export const next_cursor = z.string().optional().describe('For the next page; absent on the last');

/** Slack says an empty text on the last page. */
export function nextOf(response_metadata: z.output<typeof metadata>): string | undefined {
  const next = response_metadata?.next_cursor;
  return next === undefined || next === '' ? undefined : next;
}

export const channel = z
  .string()
  .regex(/^[A-Z0-9]{2,30}$/)
  .describe('Id of a channel: C0123456789');
export const timestamp = z.string().regex(/^\d{1,12}(\.\d{1,6})?$/);
