// How the tools of this pack call the interfaces of Google: errors, and its own way to tell limits.
import { apiUrl, bearer, callApi, configText, rateLimited, retryAfter } from '@toolcrib/client';
import type { ApiAnswer, ApiRequest, ToolContext } from '@toolcrib/client';
import { z } from 'zod';

/** Each of the three interfaces has an address of its own. */
export function api(
  ctx: Pick<ToolContext, 'config'>,
  setting: 'mail_url' | 'calendar_url' | 'drive_url',
): ReturnType<typeof apiUrl> {
  return apiUrl(configText(ctx, setting));
}

export async function callGoogle<Answer>(
  ctx: ToolContext,
  url: URL,
  request: Pick<ApiRequest<Answer>, 'method' | 'query' | 'json' | 'body' | 'headers' | 'as_text' | 'answer'>,
): Promise<Answer> {
  const { body }: ApiAnswer<Answer> = await callApi(ctx, {
    ...request,
    service: 'Google',
    url,
    headers: { ...bearer(ctx), ...request.headers },
    refusal: refuseLimits,
    words: (answer) => problem.safeParse(answer).data?.error.message,
  });
  return body;
}

const problem = z.object({
  error: z.object({ message: z.string(), errors: z.array(z.object({ reason: z.string().optional() })).optional() }),
});
const limit_reasons: ReadonlySet<string> = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'quotaExceeded',
  'dailyLimitExceeded',
]);

/** Google tells its limits with 403 too. */
function refuseLimits({ status, headers, body }: ApiAnswer<unknown>): void {
  if (status !== 403) return;
  const reasons = problem.safeParse(body).data?.error.errors ?? [];
  if (reasons.some(({ reason }) => limit_reasons.has(reason ?? ''))) throw rateLimited('Google', retryAfter(headers));
}

export const pageInput = {
  cursor: z.string().min(1).max(2_000).optional().describe('next_cursor of the page before'),
};

export const next_cursor = z.string().optional().describe('For the next page; absent on the last');
