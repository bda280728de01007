// A client of the hand-off protocol that knows nothing of this server but its address: what an application elsewhere does
// that was written for the original. Serves a result once, as that did.
import { randomInt } from 'node:crypto';
import { startLocalHttp } from './local-http.ts';
import type { LocalHttp } from './local-http.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- what comes over the wire is looked at by the tests
type Json = any;

export interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Json;
}

export interface ExamClient {
  readonly http: LocalHttp;
  readonly start_url: string;
  readonly result_url: string;
  /** `http://…/`, below which the server's addresses are. */
  root: string;
  /** What the start data were, by token. */
  readonly started: ReadonlyMap<string, WireAnswer>;
  /** How the result address behaves, instead of giving results. */
  behave: ((token: string) => { readonly status: number; readonly body: string } | undefined) | undefined;
  /** Follows a redirection to it as a browser would; the start data that the client then has. */
  arrive(location: string): Promise<WireAnswer>;
  /** A result for this start data under a new token of the client's. */
  score(start: Json, change?: (result: Json) => unknown): string;
  /** Says that the result is ready. */
  announce(token: string, name?: string): Promise<WireAnswer>;
  fetchToken(token: string): Promise<WireAnswer>;
  close(): Promise<void>;
}

export async function startExamClient(name = 'testclient'): Promise<ExamClient> {
  const started = new Map<string, WireAnswer>();
  const results = new Map<string, string>();
  const http = await startLocalHttp(({ path }, response) => {
    const { pathname, searchParams } = new URL(path, 'http://client.invalid');
    const token = searchParams.get('access_token') ?? '';
    if (pathname === '/start-token/') {
      void client.fetchToken(token).then((start) => {
        started.set(token, start);
        response.writeHead(302, { location: '/exam/' }).end();
      });
      return;
    }
    if (pathname === '/exam/') return void response.setHeader('content-type', 'text/html').end('<p>The exam</p>');
    const own = client.behave?.(token);
    if (own !== undefined) return void response.writeHead(own.status).end(own.body);
    const result = results.get(token);
    results.delete(token);
    if (result === undefined) return void response.writeHead(404).end('{}');
    response.writeHead(200, { 'content-type': 'application/json' }).end(result);
  });
  const client: ExamClient = {
    http,
    start_url: `${http.url}/start-token/`,
    result_url: `${http.url}/result-token/`,
    root: '',
    started,
    behave: undefined,
    arrive: async (location) => {
      await fetch(location);
      const token = new URL(location).searchParams.get('access_token') ?? '';
      return started.get(token) ?? (await Promise.reject(new Error('The client was not asked')));
    },
    score: (start, change = (result) => result) => {
      const token = String(randomInt(2 ** 16, 2 ** 32));
      const { persnr, exam, exam_kind, system } = start;
      const result = {
        type: 'result',
        timestamp: new Date().toISOString(),
        token,
        data: { persnr, participant_id: 42, exam, exam_type: exam_kind, passed: true, score: 42, system },
      };
      const changed = change(result);
      results.set(token, typeof changed === 'string' ? changed : JSON.stringify(changed));
      return token;
    },
    announce: (token, as = name) =>
      ask(`${client.root}result/?access_token=${encodeURIComponent(token)}&client=${encodeURIComponent(as)}`),
    fetchToken: (token) => ask(`${client.root}fetch-token/?access_token=${encodeURIComponent(token)}`),
    close: () => http.close(),
  };
  return client;
}

async function ask(url: string): Promise<WireAnswer> {
  const response = await fetch(url, { redirect: 'manual' });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}
