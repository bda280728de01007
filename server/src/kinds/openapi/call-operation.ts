// One call of an operation: the request from the arguments, to the base of the source and to nowhere else, and the answer.
import { ToolcribError } from '../../base/errors.ts';
import type { HttpAnswer } from '../../base/http-client.ts';
import { writeJson } from '../../base/json.ts';
import { fillSecrets } from '../../catalog/secret-text.ts';
import type { Arguments } from '../../catalog/parameters.ts';
import type { RunContext, RunTool } from '../../catalog/tool.ts';
import { isHeaderValue } from '../http/fields.ts';
import { readAnswer } from '../http/read-answer.ts';
import { fixedSecrets, secretsOf, withoutSecretTexts } from '../http/without-account.ts';
import { body_argument } from './plan-parameters.ts';
import type { PlannedParameter } from './plan-parameters.ts';
import type { PlannedOperation } from './plan-operation.ts';
import { writeAccount } from './plan-security.ts';
import { formText, headerText, pathText, queryPairs } from './write-parameters.ts';

export interface CallAt {
  /** Name of the tool. */
  readonly tool: string;
  readonly source: string;
  /** Without a slash at its end. */
  readonly base: URL;
  /** Of the source, with secret variables where it has some. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout_ms: number;
}

interface Request {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export function callOperation(planned: PlannedOperation, at: CallAt): RunTool {
  const secrets = fixedSecrets(Object.entries(at.headers));
  return async (args, ctx) => {
    const { method } = planned.operation;
    const answer = await send(toRequest(planned, { args, ctx, at }), { planned, at, ctx });
    const { account } = ctx.credential ?? {};
    if (answer.status === 401 && account !== undefined) throw refusedAccount(at);
    const own = account === undefined ? [] : secretsOf(account);
    return readAnswer(withoutSecretTexts(answer, [...secrets, ...own]), { method, call_id: ctx.call_id });
  };
}

interface Calling {
  readonly planned: PlannedOperation;
  readonly at: CallAt;
  readonly ctx: RunContext;
}

async function send({ url, headers, body }: Request, { planned, at, ctx }: Calling): Promise<HttpAnswer> {
  try {
    return await ctx.http.request({
      method: planned.operation.method,
      url,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: ctx.signal,
      timeout_ms: at.timeout_ms,
      limit_bytes: ctx.limits.bytes,
    });
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError) || thrown.code !== 'upstream_unavailable') throw thrown;
    throw new ToolcribError('source_unavailable', { params: { source: at.source }, cause: thrown });
  }
}

function refusedAccount({ source }: CallAt): ToolcribError {
  return new ToolcribError('credential_refused', { params: { credential: source } });
}

interface Filling {
  readonly args: Arguments;
  readonly ctx: RunContext;
  readonly at: CallAt;
}

function toRequest(planned: PlannedOperation, filling: Filling): Request {
  const { args, ctx, at } = filling;
  const { parameters, body, accept, security } = planned;
  const refused = (path: string, message: string): ToolcribError =>
    new ToolcribError('arguments_invalid', { params: { tool: at.tool }, faults: [{ path, message }] });
  const given = (one: PlannedParameter): unknown => {
    const value: unknown = Object.hasOwn(args, one.argument) ? args[one.argument] : undefined;
    if (value !== undefined && !writeJson(value).isWellFormed()) throw refused(one.argument, 'it has half a character');
    return value ?? undefined;
  };
  const headers = new Map<string, string>([['accept', accept]]);
  const query: string[] = [];
  for (const one of parameters) {
    const value = given(one);
    if (value === undefined || one.in === 'path') continue;
    if (one.in === 'query') query.push(...queryPairs(one, value));
    else {
      const text = headerText(one, value);
      if (!isHeaderValue(text)) throw refused(one.argument, 'a header has no line breaks or control characters');
      headers.set(one.name.toLowerCase(), text);
    }
  }
  for (const [name, value] of Object.entries(at.headers))
    headers.set(name.toLowerCase(), withSecrets(value, name, filling));
  const content: unknown = body === undefined || !Object.hasOwn(args, body_argument) ? undefined : args[body_argument];
  const text = content === undefined || body === undefined ? undefined : bodyText(body.form, content);
  if (text !== undefined && body !== undefined) {
    if (!text.isWellFormed()) throw refused(body_argument, 'it has half a character');
    headers.set('content-type', body.media_type);
  }
  if (ctx.credential !== undefined && security.ways.length > 0) {
    if (!writeAccount(security.ways, ctx.credential.account, { headers, query })) throw refusedAccount(at);
  }
  const path = fillPath(planned.operation.path, parameters, (one) => {
    const value = given(one);
    const problem = value === undefined ? 'is missing' : pathProblem(value);
    if (problem !== undefined) throw refused(one.argument, problem);
    return value;
  });
  return { url: toUrl(at.base, path, query), headers: Object.fromEntries(headers), body: text };
}

/** What a person has put into a variable can be anything. The value is in no error. */
function withSecrets(text: string, name: string, { ctx, at }: Filling): string {
  const value = ctx.secret === undefined ? text : fillSecrets(text, ctx.secret);
  if (isHeaderValue(value)) return value;
  const message = 'the secret variable in it has line breaks or other characters that no header can have';
  throw new ToolcribError('arguments_invalid', {
    params: { tool: at.tool },
    faults: [{ path: `headers.${name}`, message }],
  });
}

function bodyText(form: 'json' | 'fields' | 'text', content: unknown): string {
  if (form === 'json') return writeJson(content);
  return form === 'fields' ? formText(content) : String(content);
}

function fillPath(
  path: string,
  parameters: readonly PlannedParameter[],
  valueOf: (parameter: PlannedParameter) => unknown,
): string {
  return path.replaceAll(/\{([^{}]+)\}/g, (_whole, name: string) => {
    const parameter = parameters.find((one) => one.in === 'path' && one.name === name);
    if (parameter === undefined) throw new TypeError('A path names a parameter that was not planned');
    return pathText(parameter, valueOf(parameter));
  });
}

/** What could lead to another operation: services take `..%2F` apart. */
function pathProblem(value: unknown): string | undefined {
  const texts = typeof value === 'object' && value !== null ? Object.values(value).flat() : [value];
  for (const text of texts.map(String)) {
    if (text === '' || text.split(/[/\\]/).some((step) => step === '.' || step === '..')) {
      return 'a piece of a path is not empty and does not lead upwards';
    }
  }
  return texts.length === 0 ? 'a piece of a path is not empty' : undefined;
}

/** Below the base, and never anywhere else. */
function toUrl(base: URL, path: string, query: readonly string[]): URL {
  const below = base.pathname.replace(/\/+$/, '');
  const url = new URL(`${base.origin}${below}${path}${query.length === 0 ? '' : `?${query.join('&')}`}`);
  const stays = url.origin === base.origin && url.pathname.startsWith(`${below}/`);
  if (!stays || url.hash !== '') throw new TypeError('A path has left the base of its source');
  return url;
}
