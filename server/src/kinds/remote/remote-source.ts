// The source `remote`: a service that answers by the contract of remote tools (docs/remote-tools.md).
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import type { JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { CallAccount } from '../../catalog/caller-account.ts';
import type { Source, SourceKind } from '../../catalog/source.ts';
import type { RunContext } from '../../catalog/tool.ts';
import { isHeaderValue } from '../http/fields.ts';
import { attemptRemote } from './attempt-remote.ts';
import { Breakers } from './breakers.ts';
import { callRemote, isRemoteBase, remoteUrl } from './call-remote.ts';

export interface RemoteConfig {
  readonly base_url: string;
  readonly token?: string | undefined;
  readonly connection_id?: string | undefined;
  readonly connection_parameter: string;
  readonly timeout_ms: number;
  readonly idempotent: boolean;
}

/** The capability "answers by the contract": what tools of the kind `remote` need of their source. */
export interface RemoteSource extends Source {
  /** The name under which its connection id is sent; undefined when it sends none. No parameter of a tool has it. */
  readonly connection_parameter: string | undefined;
  call(request: ToolRequest, ctx: RunContext): Promise<JsonValue>;
}

interface ToolRequest {
  readonly tool_type: string;
  readonly action: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly idempotent: boolean;
  /** The whole call, by its tool. */
  readonly timeout_ms: number;
}

const fields: z.ZodType<RemoteConfig> = z.strictObject({
  base_url: z
    .string()
    .refine((url) => isRemoteBase(url), 'Write a URL with http or https, without user, query and fragment')
    .describe('Where the service is: its tools are at BASE/v1/tools/TYPE.ACTION'),
  token: z
    .string()
    .min(1)
    .max(limits.http_header_bytes)
    .refine((token) => isHeaderValue(token), 'A header has no line breaks or control characters')
    .optional()
    .describe('Sent as "Authorization: Bearer"; only in a file. Else "credential: caller", or none'),
  connection_id: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe('Which account, channel or site of the service its tools use'),
  connection_parameter: z
    .string()
    .regex(/^[A-Za-z_]\w{0,63}$/, 'A name of letters, digits and "_"')
    .refine((name) => name !== 'context', '"context" is what the server itself tells the service')
    .default('channel_id')
    .describe('The name under which connection_id is sent'),
  timeout_ms: z
    .int()
    .min(1)
    .max(limits.call_timeout_max_ms)
    .default(limits.http_request_ms)
    .describe('The longest time of one call with its retries; the timeout of the tool counts as well'),
  idempotent: z
    .boolean()
    .default(false)
    .describe('Whether the service heeds the Idempotency-Key: then every tool may be asked again after a failure'),
});

const remoteAccount: CallAccount<RemoteConfig> = {
  kind: 'call',
  strategies: () => ['oauth2', 'token'],
  check: ({ token }, is_used) =>
    is_used && token !== undefined
      ? [{ path: 'token', message: "is given by the caller's credential", hint: 'Remove it, or "credential".' }]
      : [],
};

export const remoteSource: SourceKind<RemoteConfig> = {
  type: 'remote',
  aliases: [],
  fields,
  caller_account: remoteAccount,
  for_tenants: {
    origin: ({ base_url }) => new URL(base_url).origin,
    check: ({ token }) =>
      token === undefined
        ? []
        : [{ path: 'token', message: 'a secret stands in no definition', hint: 'Write "credential: caller".' }],
  },
  open: (name, config, { http: probing_http, clock, account_per_call = false }): RemoteSource => {
    const { base_url, connection_id, connection_parameter, timeout_ms, idempotent } = config;
    const breakers = new Breakers(clock);
    return {
      type: 'remote',
      connection_parameter: connection_id === undefined ? undefined : connection_parameter,
      call: (request, ctx) => {
        const { tenant_id, workspace_id } = ctx.caller;
        const token = account_per_call ? ctx.credential?.account['token'] : config.token;
        if (account_per_call && token === undefined) {
          throw new ToolcribError('credential_refused', { params: { credential: name } });
        }
        return callRemote(
          { http: ctx.http, clock, breakers },
          {
            base_url,
            token,
            is_callers_token: account_per_call,
            tool_type: request.tool_type,
            action: request.action,
            params: {
              ...request.params,
              ...(connection_id === undefined ? {} : { [connection_parameter]: connection_id }),
            },
            context: { tenant_id, workspace_id, execution_id: ctx.call_id },
            idempotent: idempotent || request.idempotent,
            timeout_ms: Math.min(timeout_ms, request.timeout_ms),
            limit_bytes: ctx.limits.bytes,
            connection: name,
            signal: ctx.signal,
          },
        );
      },
      // The contract has no question without an effect but one for a tool that does not exist: any answer will do.
      probe: async (signal, credential) => {
        const token = credential === undefined ? config.token : credential.account['token'];
        const url = remoteUrl({ base_url, tool_type: 'toolcrib', action: 'probe' });
        const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
        const outcome = await attemptRemote(
          probing_http,
          {
            url,
            headers: { 'content-type': 'application/json', ...authorization },
            body: '{}',
            token,
            is_callers_token: credential !== undefined,
            signal,
            timeout_ms,
            limit_bytes: limits.http_body_bytes,
          },
          () => clock.now(),
        );
        if (outcome.kind === 'result' || outcome.health === 'well') return tellRefused(outcome, name);
        throw new ToolcribError('source_unavailable', { params: { source: name }, cause: outcome.error });
      },
      close: () => Promise.resolve(),
    };
  },
};

function tellRefused(outcome: Awaited<ReturnType<typeof attemptRemote>>, credential: string): void {
  if (outcome.kind === 'result' || !(outcome.error instanceof ToolcribError)) return;
  if (outcome.error.code === 'credential_refused') {
    throw new ToolcribError('credential_refused', { params: { credential } });
  }
}
