// How a server is reached: over HTTP by the guarded client, or as a program of the operator's. What the official client then
// speaks over it is not this file's.
import type { Transport } from '@modelcontextprotocol/client';
import type { HttpClient } from '../../base/http-client.ts';
import { guardedFetch } from '../../base/guarded-fetch.ts';
import type { GuardedFetch } from '../../base/guarded-fetch.ts';
import { limits } from '../../base/limits.ts';

/** What a connection must know of its transport. */
export interface ServerTransport {
  readonly transport: Transport;
  /**
   * The last answer that says that the account is not taken, if there was one. Only one to a request: what was asked for was
   * then not done, and may be asked for once more.
   */
  readonly refusal: () => Refusal | undefined;
  /** Ends what the server keeps for the connection, where there is such a thing. */
  end(): Promise<void>;
}

export interface Refusal {
  readonly status: 401 | 403;
  /** `WWW-Authenticate` */
  readonly challenge: string | undefined;
}

export interface HttpAt {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly http: HttpClient;
}

/** Streamable HTTP. Nothing of the request that a call came with is known here: no token of ours goes out (attack A03). */
export async function openHttp({ url, headers, http }: HttpAt): Promise<ServerTransport> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
  const send = guardedFetch(http, {
    stream: true,
    timeout_ms: limits.call_timeout_max_ms,
    limit_bytes: limits.mcp_answer_bytes,
  });
  let refused: Refusal | undefined;
  const fetch: GuardedFetch = async (to, options) => {
    // A stream that stands open only to wait for the server's own ideas would hold a connection per caller for nothing.
    if ((options?.method ?? 'GET') === 'GET' && !new Headers(options?.headers).has('last-event-id')) {
      return new Response(null, { status: 405 });
    }
    const answer = await send(to, options);
    const { status } = answer;
    if (status !== 401 && status !== 403) refused = undefined;
    else if (beginsSomething(options?.body)) {
      refused = { status, challenge: answer.headers.get('www-authenticate') ?? undefined };
    }
    return answer;
  };
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch,
    requestInit: { headers: { ...headers }, redirect: 'manual' },
    onInsufficientScope: 'throw',
  });
  return {
    transport,
    refusal: () => refused,
    end: async () => {
      if (transport.sessionId === undefined) return;
      const tooLate = new Promise<void>((resolve) => void setTimeout(resolve, limits.mcp_stop_ms).unref());
      await Promise.race([transport.terminateSession().catch(() => undefined), tooLate]);
    },
  };
}

/** Not the stream of a request that is under way, not an answer of ours to a question of the server, not the word that a call is over. */
function beginsSomething(body: unknown): boolean {
  if (typeof body !== 'string') return false;
  try {
    const { id, method } = JSON.parse(body) as { readonly id?: unknown; readonly method?: unknown };
    return method === 'notifications/initialized' || (method !== undefined && id !== undefined);
  } catch {
    return false;
  }
}
