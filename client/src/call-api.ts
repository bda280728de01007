// Calls the HTTP interface of a service for the function of a tool: puts the address together so that no argument leads out of
// it, and tells what the service refuses as errors that a caller can act on. Kept small: what a service does differently is
// written where it is called.
import { ToolError } from './tool-error.ts';
import type { ToolContext } from './tool-context.ts';

export interface ApiRequest<Answer> {
  /** As people call it, for the texts of errors: `GitHub`. */
  readonly service: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  /** Left out where undefined. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is; `headers` says what it is. */
  readonly body?: string | Uint8Array;
  /** A good answer is not read as JSON. */
  readonly as_text?: true;
  /** What of the answer is used, such as a schema of zod. */
  readonly answer: ApiAnswerParser<Answer>;
  /** Looks at an answer before its status is: some services tell their errors in other ways. Throws a ToolError. */
  readonly refusal?: (answer: ApiAnswer<unknown>) => void;
  /** What the service says in the body of an error. */
  readonly words?: (body: unknown) => unknown;
}

export interface ApiAnswerParser<Answer> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: Answer } | { readonly success: false; readonly error: unknown };
}

export interface ApiAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Throws ToolError with one of the codes of `apiErrors`, and what `ctx.fetch` throws. */
export async function callApi<Answer>(
  ctx: Pick<ToolContext, 'fetch' | 'signal'>,
  request: ApiRequest<Answer>,
): Promise<ApiAnswer<Answer>> {
  const {
    service,
    method = 'GET',
    query = {},
    json,
    body = json === undefined ? undefined : JSON.stringify(json),
  } = request;
  const url = new URL(request.url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const response = await ctx.fetch(url, {
    method,
    headers: {
      accept: 'application/json',
      ...(json === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...request.headers,
    },
    ...(body === undefined ? {} : { body }),
    signal: ctx.signal,
  });
  const { status, headers } = response;
  const is_good = status >= 200 && status <= 299;
  const text = await response.text();
  const answer = { status, headers, body: is_good && request.as_text === true ? text : readBody(text) };
  request.refusal?.(answer);
  if (!is_good) throw refusalOf(answer, request);
  const parsed = request.answer.safeParse(answer.body);
  if (parsed.success) return { status, headers, body: parsed.data };
  throw new ToolError(apiErrors.bad_answer, `${service} answers with something else than it documents.`, {
    cause: parsed.error,
  });
}

/** The codes of the errors that calls of services end with. */
export const apiErrors = {
  /** The account is renewed where that is possible, and the call made once more. */
  credential_refused: 'credential_refused',
  not_allowed: 'not_allowed',
  not_found: 'not_found',
  invalid_request: 'invalid_request',
  conflict: 'conflict',
  rate_limited: 'rate_limited',
  service_unavailable: 'service_unavailable',
  bad_answer: 'bad_answer',
} as const;

/** JSON where it is, else the text; undefined for nothing. */
function readBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function refusalOf(answer: ApiAnswer<unknown>, { service, words }: ApiRequest<unknown>): ToolError {
  const { status, headers } = answer;
  const said = cleanWords(words?.(answer.body));
  const tell = (sentence: string): string => (said === '' ? sentence : `${sentence} It says: "${said}"`);
  if (status === 401) return new ToolError(apiErrors.credential_refused, tell(`${service} refuses the account.`));
  if (status === 429) return rateLimited(service, retryAfter(headers));
  if (status === 403)
    return new ToolError(apiErrors.not_allowed, tell(`${service} does not allow this to the account.`));
  if (status === 404 || status === 410) return new ToolError(apiErrors.not_found, tell(`${service} does not find it.`));
  if (status === 409 || status === 412) return new ToolError(apiErrors.conflict, tell(`${service} has it otherwise.`));
  if (status >= 500) {
    const retry_after_s = retryAfter(headers);
    const options = { retryable: true, ...(retry_after_s === undefined ? {} : { retry_after_s }) };
    return new ToolError(apiErrors.service_unavailable, `${service} fails at the moment.`, options);
  }
  if (status >= 400) return new ToolError(apiErrors.invalid_request, tell(`${service} does not take the request.`));
  return new ToolError(apiErrors.bad_answer, `${service} answers with the status ${status}.`);
}

/** A minute where the service does not say how long. */
export function rateLimited(service: string, retry_after_s = 60): ToolError {
  const message = `${service} takes no more requests of this account for ${retry_after_s} s.`;
  return new ToolError(apiErrors.rate_limited, message, { retryable: true, retry_after_s });
}

/** Seconds of a Retry-After header: a number of them, or a date. */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (text === undefined || text === '') return undefined;
  const seconds = /^\d{1,7}$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - Date.now()) / 1_000);
  return Number.isNaN(seconds) ? undefined : Math.max(1, seconds);
}

const words_characters = 300;

/** What a service says, on one line, without what steers a terminal or cannot be seen, and not too much of it. */
export function cleanWords(words: unknown): string {
  if (typeof words !== 'string') return '';
  const cleaned = words
    .slice(0, 4 * words_characters)
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .replaceAll('"', "'")
    .trim();
  return cleaned.length <= words_characters ? cleaned : `${cleaned.slice(0, words_characters)}…`;
}

/**
 * An address below a base: every value is one part of the path, whatever is in it.
 *
 * @example
 * const url = apiUrl('https://api.github.com')`/repos/${owner}/${repo}/issues`;
 */
export function apiUrl(
  base: string,
): (texts: TemplateStringsArray, ...values: readonly (string | number | readonly string[])[]) => URL {
  return (texts, ...values) => {
    const path = texts.reduce((before, text, index) => `${before}${pathPart(values[index - 1] ?? '')}${text}`);
    return new URL(`${base.replace(/\/+$/, '')}${path}`);
  };
}

/** Several values of one list are parts after each other: a path of a file. */
function pathPart(value: string | number | readonly string[]): string {
  if (typeof value === 'object') return value.map((part) => pathPart(part)).join('/');
  const text = String(value);
  if (text === '' || text === '.' || text === '..' || !text.isWellFormed()) {
    throw new ToolError(apiErrors.invalid_request, `"${cleanWords(text)}" cannot be part of an address.`);
  }
  return encodeURIComponent(text);
}

/** A setting that the manifest gives a default. */
export function configText({ config }: Pick<ToolContext, 'config'>, name: string): string {
  const value = config[name];
  if (typeof value !== 'string' || value === '')
    throw new ToolError('setting_missing', `The setting "${name}" has no value.`);
  return value;
}

/** The header of an account that is a token. */
export function bearer({ credential }: Pick<ToolContext, 'credential'>): { readonly authorization: string } {
  if (credential.token === undefined) {
    throw new ToolError(apiErrors.credential_refused, 'The account has no token.');
  }
  return { authorization: `Bearer ${credential.token}` };
}
