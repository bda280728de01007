// Asks a client for a result that it has announced. Through the guarded client, without following redirections: the token
// goes where the source says and nowhere else. What comes back is told in words of ours, never in those of the client.
import { ToolcribError } from '../../base/errors.ts';
import type { HttpClient } from '../../base/http-client.ts';
import { limits } from '../../base/limits.ts';
import { requireSafeClient, withToken } from './safe-client.ts';

export type Fetched =
  | { readonly kind: 'answer'; readonly body: Buffer }
  /** It may be there the next time. */
  | { readonly kind: 'down'; readonly why: string; readonly cause?: unknown }
  | { readonly kind: 'refused'; readonly why: string; readonly cause?: unknown };

export interface ResultPlace {
  readonly result_url: string;
  readonly token: string;
  readonly mode: 'development' | 'production';
}

export async function fetchResult(client: HttpClient, { result_url, token, mode }: ResultPlace): Promise<Fetched> {
  try {
    requireSafeClient(mode, result_url);
    const { status, body } = await client.request({
      url: withToken(result_url, token),
      headers: { accept: 'application/json' },
      timeout_ms: limits.handoff_fetch_ms,
      limit_bytes: limits.handoff_result_bytes,
    });
    if (status === 200) return { kind: 'answer', body };
    const is_down = status >= 500 || status === 408 || status === 429;
    return { kind: is_down ? 'down' : 'refused', why: `the client answered with the status ${status}` };
  } catch (cause) {
    if (!(cause instanceof ToolcribError)) throw cause;
    const is_down = cause.code === 'upstream_unavailable' || cause.code === 'calls_limited';
    return { kind: is_down ? 'down' : 'refused', why: `the client gave no answer (${cause.code})`, cause };
  }
}
