// The application: takes a person in with the token that their browser brings, shows the exam, and keeps the result until the
// server has fetched it. Everything is in memory; a real one has a database.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { examQuestions, scoreOf } from './exam.ts';
import { donePage, examPage, lostPage, undeliveredPage } from './pages.ts';
import type { Result, StartData, Toolcall } from './toolcall.ts';

export interface AppOptions {
  readonly toolcall: Toolcall;
  /** Who tells the server that a result is ready: this application, or the person's browser by a redirection. */
  readonly announce: 'server' | 'browser';
}

/** A person who takes the exam. */
interface Attempt {
  readonly person: StartData;
  readonly participant_id: number;
  /** Present when they have handed in. */
  result?: { readonly token: string; readonly score: number; readonly passed: boolean };
}

interface App extends AppOptions {
  /** By the cookie of the person's browser. */
  readonly attempts: Map<string, Attempt>;
  /** By the token with which the server fetches them. */
  readonly results: Map<string, { readonly text: string; readonly until: number }>;
}

const kept_ms = 24 * 60 * 60_000;
const form_bytes = 10_000;
/** Above it the oldest make room. */
const kept = 10_000;

type Handle = (app: App, request: IncomingMessage, response: ServerResponse) => Promise<void>;

const routes: Readonly<Record<string, Handle>> = {
  'GET /start-token/': takeIn,
  'GET /exam/': showExam,
  'POST /exam/': handIn,
  'POST /deliver/': deliver,
  'GET /result-token/': giveResult,
};

export function createApp(options: AppOptions): Server {
  const app: App = { ...options, attempts: new Map(), results: new Map() };
  return createServer((request, response) => {
    const { pathname } = urlOf(request);
    const handle = routes[`${request.method} ${pathname}`];
    if (handle === undefined) send(response, 404, lostPage());
    else {
      handle(app, request, response).catch((thrown: unknown) => {
        console.error(thrown);
        send(response, 500, lostPage());
      });
    }
  });
}

/** Step 2 and 3 of the protocol: the person has come with a token, which gives their start data once. */
async function takeIn(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const token = urlOf(request).searchParams.get('access_token') ?? '';
  const person = await app.toolcall.startData(token);
  if (person === undefined) return send(response, 401, lostPage());
  const id = randomBytes(32).toString('base64url');
  keep(app.attempts, id, { person, participant_id: randomBytes(4).readUInt32BE() });
  response.setHeader('set-cookie', `exam=${id}; Path=/; HttpOnly; SameSite=Lax`);
  redirect(response, '/exam/');
}

async function showExam(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const attempt = attemptOf(app, request);
  if (attempt === undefined) return send(response, 401, lostPage());
  if (attempt.result !== undefined) return send(response, 200, donePage(attempt.result));
  send(response, 200, examPage(attempt.person, examQuestions));
}

/** The first answer counts. The result waits under a token of ours until the server fetches it. */
async function handIn(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = await readForm(request);
  const attempt = attemptOf(app, request);
  if (attempt === undefined || form === undefined) return send(response, 401, lostPage());
  if (attempt.result === undefined) {
    const { person, participant_id } = attempt;
    const token = randomBytes(32).toString('base64url');
    const { score, passed } = scoreOf(form);
    attempt.result = { token, score, passed };
    const data: Result = {
      persnr: person.persnr,
      participant_id,
      exam: person.exam,
      exam_type: person.exam_kind,
      passed,
      score,
      system: person.system,
    };
    const text = JSON.stringify({ type: 'result', timestamp: new Date().toISOString(), token, data });
    keep(app.results, token, { text, until: Date.now() + kept_ms });
  }
  await tellServer(app, attempt, response);
}

async function deliver(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const attempt = attemptOf(app, request);
  if (attempt?.result === undefined) return send(response, 401, lostPage());
  await tellServer(app, attempt, response);
}

/** Step 4: the server is told, and answers when it has fetched the result. */
async function tellServer({ toolcall, announce }: App, { result }: Attempt, response: ServerResponse): Promise<void> {
  if (result === undefined) return;
  if (announce === 'browser') return redirect(response, await toolcall.announceUrl(result.token));
  const is_taken = await toolcall.announce(result.token).catch(() => false);
  send(response, is_taken ? 200 : 502, is_taken ? donePage(result) : undeliveredPage());
}

/** Step 5: the server fetches the result. It may come again when it has not got the answer. */
async function giveResult({ results }: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const result = results.get(urlOf(request).searchParams.get('access_token') ?? '');
  const is_there = result !== undefined && result.until > Date.now();
  response.writeHead(is_there ? 200 : 404, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(is_there ? result.text : '{"type":"error"}');
}

function attemptOf({ attempts }: App, { headers }: IncomingMessage): Attempt | undefined {
  const id = /(?:^|;\s*)exam=([\w-]+)/.exec(headers.cookie ?? '')?.[1];
  return id === undefined ? undefined : attempts.get(id);
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > kept && oldest !== undefined) map.delete(oldest);
}

/** Undefined when it does not come from one of our own pages, or is too long. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  if (request.headers['sec-fetch-site'] !== 'same-origin') return undefined;
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > form_bytes) return undefined;
  }
  return new URLSearchParams(text);
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  return new URL(url, 'http://own.invalid');
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  response.end();
}

function send(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  });
  response.end(page);
}
