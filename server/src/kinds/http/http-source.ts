// The source `http`: the base of a web service, with the headers and query parameters that every request to it has.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import type { HttpAnswer, HttpClient, HttpMethod } from '../../base/http-client.ts';
import { limits } from '../../base/limits.ts';
import { namesSecret } from '../../catalog/secret-text.ts';
import type { Source, SourceKind } from '../../catalog/source.ts';
import { createAccountWriter, httpAccount, namesCredential } from './account.ts';
import type { AccountWriter } from './account.ts';
import { headerFields, headerNameProblem, queryFields } from './fields.ts';
import { parseDuration } from './parse-duration.ts';

export interface HttpConfig {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly queryParams: Readonly<Record<string, string>>;
  readonly timeout: string;
  /** Of the caller's credential: the header that its token goes into, and what stands before it. */
  readonly tokenHeader?: string | undefined;
  readonly tokenPrefix?: string | undefined;
}

/** The capability "answers HTTP requests": what tools of the kind `http` need of their source. */
export interface HttpSource extends Source {
  /** Without a slash at its end. */
  readonly base: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Present when every call brings an account of its caller. */
  readonly account: AccountWriter | undefined;
  /** Sends a request to the base's origin. Throws `source_unavailable` when there is no answer. */
  send(request: SourceRequest): Promise<HttpAnswer>;
}

export interface SourceRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
  readonly limit_bytes: number;
  /** Of the call; the source's own when nobody calls. */
  readonly http?: HttpClient;
}

/** A field of MCP Toolbox that is understood and only allowed as it is by default. */
const refused = (reason: string) =>
  z
    .unknown()
    .refine((given) => given === undefined || given === false || (Array.isArray(given) && given.length === 0), reason)
    .optional();
const by_operator = 'Which private addresses may be reached is a setting of the server: network.allowed_private';

const fields: z.ZodType<HttpConfig> = z
  .strictObject({
    baseUrl: z
      .string()
      .refine((url) => isBaseUrl(url), 'Write a URL with http or https, without user, query and fragment')
      .describe('Where the service is; paths of tools begin here and cannot leave it'),
    headers: headerFields.default({}).describe('Headers of every request, such as an API key'),
    queryParams: queryFields.default({}).describe('Query parameters of every request'),
    timeout: z
      .string()
      .refine((text) => isTimeout(text), 'Write a time with its unit, such as 30s or 1m30s, at most 15m')
      .default('30s')
      .describe('The longest time of one request; the timeout of the tool counts as well'),
    tokenHeader: z
      .string()
      .refine((name) => headerNameProblem(name) === undefined, 'No name of a header that can be given')
      .optional()
      .describe('Header for the token of the caller’s credential; Authorization'),
    tokenPrefix: z
      .string()
      .max(50)
      .regex(/^[!-~]*$/, 'A word without spaces')
      .optional()
      .describe('What stands before the token; Bearer in the header Authorization, else nothing'),
    disableSslVerification: refused(
      'Certificates are always checked: name the authority that signs them in the variable NODE_EXTRA_CA_CERTS of the server',
    ),
    returnFullError: refused('What a service says when it fails is not shown to callers, because it may hold secrets'),
    allowPrivateNetworks: refused(by_operator),
    allowedIpRanges: refused(by_operator),
    customBlockedIpRanges: refused(by_operator),
  })
  .transform(({ baseUrl, headers, queryParams, timeout, tokenHeader, tokenPrefix }) => ({
    baseUrl,
    headers,
    queryParams,
    timeout,
    ...(tokenHeader === undefined ? {} : { tokenHeader }),
    ...(tokenPrefix === undefined ? {} : { tokenPrefix }),
  }));

function isBaseUrl(written: string): boolean {
  const url = URL.parse(written);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return url.username === '' && url.password === '' && !/[?#\\]/.test(written);
}

function isTimeout(text: string): boolean {
  const duration_ms = parseDuration(text);
  return duration_ms !== undefined && duration_ms >= 1 && duration_ms <= limits.call_timeout_max_ms;
}

export const httpSource: SourceKind<HttpConfig> = {
  type: 'http',
  aliases: [],
  fields,
  variable_fields: ['headers', 'queryParams'],
  caller_account: httpAccount,
  for_tenants: { origin: ({ baseUrl }) => new URL(baseUrl).origin },
  open: (name, config, { http, account_per_call }): HttpSource => {
    const { baseUrl, timeout } = config;
    const account = account_per_call === true ? createAccountWriter(name, config) : undefined;
    // What has fields of the account in it is written with the account.
    const fixed = (texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
      Object.fromEntries(Object.entries(texts).filter(([, value]) => !namesCredential(value)));
    const headers = fixed(config.headers);
    const queryParams = fixed(config.queryParams);
    // Without a caller there are no secret variables.
    const plain = Object.fromEntries(Object.entries(headers).filter(([, value]) => !namesSecret(value)));
    const base = new URL(baseUrl.replace(/\/+$/, ''));
    const timeout_ms = parseDuration(timeout) ?? limits.http_request_ms;
    const send = async ({ body, http: of_call = http, ...request }: SourceRequest) =>
      sendFor(name, of_call, { ...request, ...(body === undefined ? {} : { body }), timeout_ms });
    return {
      type: 'http',
      base,
      headers,
      query: queryParams,
      account,
      send,
      // Any answer will do: there is no path that every service has.
      probe: async (signal, credential) => {
        const url = new URL(base);
        const with_account = new Map(Object.entries(plain));
        if (credential !== undefined) {
          account?.write(credential.account, { headers: with_account, query: url.searchParams });
        }
        const sent = Object.fromEntries(with_account);
        const { status } = await send({
          method: 'HEAD',
          url,
          headers: sent,
          signal,
          limit_bytes: limits.http_body_bytes,
        });
        if (credential !== undefined && status === 401) {
          throw new ToolcribError('credential_refused', { params: { credential: name } });
        }
      },
      close: () => Promise.resolve(),
    };
  },
};

type Sent = Parameters<HttpClient['request']>[0];

async function sendFor(source: string, client: HttpClient, request: Sent): Promise<HttpAnswer> {
  // A redirection could lead a write anywhere; a read is followed within the rules of the client.
  const redirects = request.method === 'GET' || request.method === 'HEAD' ? limits.http_redirects : 0;
  try {
    return await client.request({ ...request, redirects });
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError) || thrown.code !== 'upstream_unavailable') throw thrown;
    throw new ToolcribError('source_unavailable', { params: { source }, cause: thrown });
  }
}
