// Runs a tool of a pack: settings first, then its function or its remote service, then what came of it as a result or an
// error of the catalogue. Secrets of the call are taken out of both.
import { tool_error } from '@toolcrib/client';
import type { ToolError } from '@toolcrib/client';
import type { Clock } from '../base/clock.ts';
import { ToolcribError } from '../base/errors.ts';
import type { JsonValue } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { redact } from '../base/redact.ts';
import { withoutSecrets } from '../base/without-secrets.ts';
import type { Arguments } from '../catalog/parameters.ts';
import type { ToolResult } from '../catalog/result.ts';
import type { RunContext, RunTool } from '../catalog/tool.ts';
import type { Breakers } from '../kinds/remote/breakers.ts';
import { callRemote } from '../kinds/remote/call-remote.ts';
import { cleanWords } from '../kinds/remote/service-words.ts';
import type { CallSettings } from './call-settings.ts';
import type { Pack, PackTool } from './pack.ts';
import { api_token_field, base_url_field } from './resolve-settings.ts';
import { checkBy } from './standard-schemas.ts';
import { createToolContext } from './tool-context.ts';
import { toResult } from './to-result.ts';

export interface RunDeps {
  readonly clock: Clock;
  readonly breakers: Breakers;
  /** As they are now, for whoever calls. Throws `pack_not_configured`, `vault_unavailable`, `database_unavailable`. */
  readonly settingsFor: (pack: Pack, tool: PackTool, ctx: RunContext) => Promise<CallSettings>;
}

export interface RemoteWork {
  readonly tool_type: string;
  readonly action: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly idempotent: boolean;
}

export function runTool(deps: RunDeps, pack: Pack, tool: PackTool): RunTool {
  return async (args, ctx) => {
    const settings = await deps.settingsFor(pack, tool, ctx);
    let asked = 0;
    const remote = (asks: RemoteWork): Promise<JsonValue> => {
      asked += 1;
      return callService(deps, { pack, tool, settings, ctx, asked }, asks);
    };
    const secrets = new Map([...settings.secrets, ...accountSecrets(ctx)]);
    try {
      return withoutSecrets(await work(tool, args, { ctx, settings, remote }), secrets);
    } catch (thrown) {
      const { name } = tool.definition;
      throw toPublicError(thrown, { name, system: tool.need?.systems[0], secrets, signal: ctx.signal });
    }
  };
}

interface Working {
  readonly ctx: RunContext;
  readonly settings: CallSettings;
  readonly remote: (work: RemoteWork) => Promise<JsonValue>;
}

async function work(tool: PackTool, args: Arguments, { ctx, settings, remote }: Working): Promise<ToolResult> {
  const { name } = tool.definition;
  if (tool.work.kind === 'remote') {
    const { tool_type, action, idempotent, connection_parameter } = tool.work;
    const id = settings.connection?.remote_connection_id;
    const params = { ...args, ...(id === undefined ? {} : { [connection_parameter]: id }) };
    return { kind: 'value', value: await remote({ tool_type, action, params, idempotent }) };
  }
  const { run, input, output } = tool.work;
  const checked = await checkBy(input, args);
  if ('faults' in checked)
    throw new ToolcribError('arguments_invalid', { params: { tool: name }, faults: checked.faults });
  const returned: unknown = await run(checked.value as never, createToolContext({ tool, ctx, settings, remote }));
  ctx.signal.throwIfAborted();
  const result = toResult(returned);
  if (result.kind !== 'value' || output === undefined) return result;
  const fitting = await checkBy(output, result.value);
  if ('faults' in fitting) throw new ToolcribError('result_invalid', { faults: fitting.faults });
  return toResult(fitting.value);
}

interface Serving {
  readonly pack: Pack;
  readonly tool: PackTool;
  readonly settings: CallSettings;
  readonly ctx: RunContext;
  /** How many requests this call has made, this one included. */
  readonly asked: number;
}

async function callService(
  { clock, breakers }: RunDeps,
  { pack, tool, settings, ctx, asked }: Serving,
  { tool_type, action, params, idempotent }: RemoteWork,
): Promise<JsonValue> {
  const { config, connection } = settings;
  const base_url = config[base_url_field] ?? settings.address;
  const token = config[api_token_field];
  if (typeof base_url !== 'string') {
    throw new ToolcribError('pack_not_configured', { params: { pack: pack.code, fields: base_url_field } });
  }
  const { tenant_id, workspace_id } = ctx.caller;
  return callRemote(
    { http: ctx.http, clock, breakers },
    {
      base_url,
      ...(typeof token === 'string' ? { token } : {}),
      ...{ tool_type, action, params, idempotent, signal: ctx.signal, limit_bytes: ctx.limits.bytes },
      // Two requests of one call are not the same request.
      idempotency_key: asked === 1 ? ctx.call_id : `${ctx.call_id}-${asked}`,
      context: { tenant_id, workspace_id, execution_id: ctx.call_id },
      timeout_ms: tool.definition.timeout_ms ?? limits.call_timeout_ms,
      // Another address, or another account at it, is another connection: it has a breaker of its own.
      connection: `pack ${pack.code} ${base_url} ${connection?.remote_connection_id ?? ''}`,
    },
  );
}

function accountSecrets({ credential }: RunContext): readonly (readonly [string, string])[] {
  if (credential === undefined) return [];
  const names = Object.entries(credential.account).filter(([name]) => name !== 'user');
  return names.map(([name, value]) => [`credential ${name}`, value]);
}

interface Failing {
  /** Of the tool. */
  readonly name: string;
  /** Kind of account that it uses. */
  readonly system?: string | undefined;
  readonly secrets: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/** What a function throws on purpose is told; anything else goes to the log, without the secrets of the call. */
export function toPublicError(thrown: unknown, { name, system = '', secrets, signal }: Failing): unknown {
  if (thrown instanceof ToolcribError || (signal.aborted && thrown === signal.reason)) return thrown;
  const cause = withoutSecrets(redact(thrown), secrets);
  if (!isToolError(thrown)) return new ToolcribError('tool_failed', { cause });
  const { code, message, retryable, retry_after_s } = thrown;
  if (code === 'credential_refused') {
    return new ToolcribError('credential_refused', { params: { credential: system }, cause });
  }
  const tool_code = /^[A-Za-z0-9_.-]{1,64}$/.test(code) ? code : 'failed';
  return new ToolcribError(retryable || retry_after_s !== undefined ? 'tool_busy' : 'tool_refused', {
    params: { tool: name, tool_code },
    service_error: {
      code: tool_code,
      message: withoutSecrets(cleanWords(message, limits.tool_error_characters), secrets),
    },
    ...(retry_after_s === undefined ? {} : { retry_after_s: Math.max(1, Math.ceil(retry_after_s)) }),
    ...(thrown.cause === undefined ? {} : { cause }),
  });
}

function isToolError(thrown: unknown): thrown is ToolError {
  return thrown instanceof Error && (thrown as { [tool_error]?: unknown })[tool_error] === true;
}
