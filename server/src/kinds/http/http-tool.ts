// Tools of the kind `http`: one request to a web service, with the values of arguments in its path, its query, its headers
// and its body, each encoded for its place.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import type { HttpMethod } from '../../base/http-client.ts';
import { limits } from '../../base/limits.ts';
import type { Arguments, ArgumentValue, Parameter } from '../../catalog/parameters.ts';
import { fillSecrets, namesSecret } from '../../catalog/secret-text.ts';
import type { Secret } from '../../catalog/secret-text.ts';
import type { Source } from '../../catalog/source.ts';
import type { RunContext, ToolKind, ToolToPrepare } from '../../catalog/tool.ts';
import { fixedSecrets, secretsOf, withoutSecretTexts } from './without-account.ts';
import { checkHttpTool, checkWithSource, listOf } from './check-http-tool.ts';
import { headerFields, isHeaderValue } from './fields.ts';
import { bodyFormOf, compileBody, fillBody } from './fill-body.ts';
import type { BodyTemplate } from './fill-body.ts';
import { fillPath, parsePath } from './fill-path.ts';
import type { PathTemplate } from './fill-path.ts';
import type { HttpSource } from './http-source.ts';
import { readAnswer } from './read-answer.ts';
import type { TemplatePart } from './template.ts';
import { plainText, textsOf } from './values.ts';

export interface HttpToolConfig {
  readonly method: HttpMethod;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestBody?: string | undefined;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const fields: z.ZodType<HttpToolConfig> = z
  .strictObject({
    method: z
      .string()
      .transform((text) => text.toUpperCase())
      .pipe(z.enum(methods))
      .describe(`One of ${methods.join(', ')}`),
    path: z
      .string()
      .max(limits.http_path_characters)
      .describe('Below the base URL of the source, with placeholders {{.name}} for pathParams'),
    headers: headerFields.default({}).describe('Headers beside those of the source; of the same name, these count'),
    requestBody: z
      .string()
      .max(limits.http_template_characters)
      .optional()
      .describe('The body, with placeholders {{json .name}}, or {{.name}} inside quotes, for bodyParams'),
    sendGoogleAccessToken: z
      .unknown()
      .refine((given) => given === undefined || given === false, 'Write the credential into the headers of the source')
      .optional(),
  })
  .transform(({ method, path, headers, requestBody }) => ({
    method,
    path,
    headers,
    ...(requestBody === undefined ? {} : { requestBody }),
  }));

export const httpTool: ToolKind<HttpToolConfig> = {
  type: 'http',
  aliases: [],
  source_types: ['http'],
  fields,
  variable_fields: ['headers'],
  parameter_lists: ['pathParams', 'queryParams', 'bodyParams', 'headerParams'],
  reads: ({ method }) => method === 'GET' || method === 'HEAD',
  check: checkHttpTool,
  prepare: (config, tool) => {
    const request = prepareRequest(config, tool);
    return async (args, ctx) => {
      const { url, headers, body } = fillRequest(request, args, ctx);
      const { method, source } = request;
      const { signal, call_id, http } = ctx;
      const limit_bytes = ctx.limits.bytes;
      const answer = await source.send({ method, url, headers, body, signal, limit_bytes, http });
      if (answer.status === 401 && source.account !== undefined && answer.url.origin === source.base.origin) {
        throw new ToolcribError('credential_refused', { params: { credential: tool.source?.type ?? 'http' } });
      }
      const own = ctx.credential === undefined ? [] : secretsOf(ctx.credential.account);
      const shown = withoutSecretTexts(answer, [...request.fixed_secrets, ...own]);
      return readAnswer(shown, { method, call_id });
    };
  },
};

/** Everything that is the same for every call. */
interface PreparedRequest {
  readonly tool: string;
  readonly method: HttpMethod;
  readonly source: HttpSource;
  readonly path: PathTemplate;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Names of the headers that have secret variables in them. */
  readonly secret_headers: readonly string[];
  /** Secrets in the file that every request carries. */
  readonly fixed_secrets: readonly string[];
  readonly body: BodyTemplate | undefined;
  readonly query_params: readonly Parameter[];
  readonly header_params: readonly Parameter[];
}

function prepareRequest(config: HttpToolConfig, { name, parameters, source: linked }: ToolToPrepare): PreparedRequest {
  const source = httpSourceOf(linked);
  checkWithSource(config, parameters, source);
  const headers = new Map<string, string>();
  for (const [header, value] of [...Object.entries(source.headers), ...Object.entries(config.headers)]) {
    headers.set(header.toLowerCase(), value);
  }
  const { requestBody } = config;
  if (requestBody !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
  return {
    tool: name,
    method: config.method,
    source,
    path: parsePath(config.path),
    headers,
    secret_headers: [...headers].flatMap(([header, value]) => (namesSecret(value) ? [header] : [])),
    fixed_secrets: fixedSecrets([...headers, ...Object.entries(source.query)]),
    body: requestBody === undefined ? undefined : compileBody(requestBody, bodyFormOf(headers.get('content-type'))),
    query_params: listOf(parameters, 'queryParams'),
    header_params: listOf(parameters, 'headerParams'),
  };
}

function httpSourceOf(source: Source | undefined): HttpSource {
  if (source === undefined || !('send' in source)) throw new TypeError('http was linked to a source of another kind');
  return source as HttpSource;
}

interface FilledRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

function fillRequest(request: PreparedRequest, args: Arguments, ctx: RunContext): FilledRequest {
  const url = fillUrl(request, args, ctx);
  const headers = new Map(request.headers);
  for (const name of request.secret_headers) headers.set(name, secretHeader(request, name, ctx));
  for (const { name } of request.header_params) {
    const value = args[name] ?? null;
    if (value === null) continue;
    const text = plainText(value);
    if (!isHeaderValue(text)) throw refused(request, name, 'a header has no line breaks or control characters');
    headers.set(name.toLowerCase(), text);
  }
  const { account } = request.source;
  if (account !== undefined) {
    const { credential } = ctx;
    if (credential === undefined) throw new TypeError(`The corridor has resolved no account for ${request.tool}`);
    account.write(credential.account, { headers, query: url.searchParams });
  }
  return {
    url,
    headers: Object.fromEntries(headers),
    body: request.body === undefined ? undefined : fillBody(request.body, wellFormed(request, args)),
  };
}

/** What a person has put into a variable can be anything. The value is in no error. */
function secretHeader({ headers, tool }: PreparedRequest, name: string, ctx: RunContext): string {
  const text = fillSecrets(headers.get(name) ?? '', secretOf(ctx));
  if (isHeaderValue(text)) return text;
  const message = 'the secret variable in it has line breaks or other characters that no header can have';
  throw new ToolcribError('arguments_invalid', { params: { tool }, faults: [{ path: `headers.${name}`, message }] });
}

function secretOf({ secret }: RunContext): Secret {
  if (secret === undefined) throw new TypeError('The corridor has read no secret variables for a tool that names some');
  return secret;
}

function fillUrl(request: PreparedRequest, args: Arguments, ctx: RunContext): URL {
  const { source, path, query_params } = request;
  const filled = fillPath(path.path, args);
  if ('refused' in filled) {
    throw refused(
      request,
      filled.refused,
      'a piece of a path is not empty and has no slashes, dots alone or control characters',
    );
  }
  const url = joinUrl(source.base, filled.path);
  const query = url.searchParams;
  for (const [name, value] of Object.entries(source.query)) {
    query.append(name, namesSecret(value) ? fillSecrets(value, secretOf(ctx)) : value);
  }
  for (const { name, value } of path.query) query.append(name, fillText(value, args));
  for (const { name } of query_params) for (const text of textsOf(args[name] ?? null)) query.append(name, text);
  return url;
}

function fillText(parts: readonly TemplatePart[], args: Arguments): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : plainText(args[part.name] ?? null))).join('');
}

/** Below the base, whether the path repeats the base's own path or not. */
function joinUrl(base: URL, path: string): URL {
  const below = base.pathname === '/' ? '' : base.pathname;
  const rooted = path === '' || path.startsWith('/') ? path : `/${path}`;
  const whole = rooted === below || rooted.startsWith(`${below}/`) ? rooted : `${below}${rooted}`;
  const url = new URL(`${base.origin}${whole}`);
  const stays = url.origin === base.origin && (url.pathname === below || url.pathname.startsWith(`${below}/`));
  if (!stays || url.search !== '' || url.hash !== '') throw new TypeError('A path has left the base of its source');
  return url;
}

/** A text with half a character cannot be written in any encoding. */
function wellFormed(request: PreparedRequest, args: Arguments): Arguments {
  for (const [name, value] of Object.entries(args)) {
    if (!isWellFormed(value)) throw refused(request, name, 'it has half a character');
  }
  return args;
}

function isWellFormed(value: ArgumentValue): boolean {
  return plainText(value).isWellFormed();
}

function refused({ tool }: PreparedRequest, name: string, message: string): ToolcribError {
  return new ToolcribError('arguments_invalid', { params: { tool }, faults: [{ path: name, message }] });
}
