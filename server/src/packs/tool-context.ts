// What the function of a tool is given (the type in @toolcrib/client), made from the context of its call.
import type { SavedFile, ToolContext, ToolFiles } from '@toolcrib/client';
import { ToolcribError } from '../base/errors.ts';
import { guardedFetch } from '../base/guarded-fetch.ts';
import type { JsonValue } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { withoutSecrets } from '../base/without-secrets.ts';
import type { RunContext } from '../catalog/tool.ts';
import type { CallSettings } from './call-settings.ts';
import type { PackTool } from './pack.ts';
import type { RemoteWork } from './run-tool.ts';

export interface ContextParts {
  readonly tool: PackTool;
  readonly ctx: RunContext;
  readonly settings: CallSettings;
  readonly remote: (work: RemoteWork) => Promise<JsonValue>;
}

export function createToolContext({ tool, ctx, settings, remote }: ContextParts): ToolContext {
  const { caller, signal, call_id } = ctx;
  const send = guardedFetch(ctx.http, { timeout_ms: tool.definition.timeout_ms ?? limits.call_timeout_ms });
  return {
    tenant: { id: caller.tenant_id, slug: caller.tenant_slug },
    user: { id: caller.user_id, name: caller.user_name, email: caller.user_email },
    workspace: { id: caller.workspace_id },
    call_id,
    credential: Object.freeze({ ...ctx.credential?.account }),
    config: settings.config,
    connection: settings.connection,
    log: createLogger(ctx, tool, settings),
    progress: (done, total, message) =>
      ctx.notify({
        kind: 'progress',
        progress: done,
        ...(total === undefined ? {} : { total }),
        ...(message === undefined ? {} : { message }),
      }),
    publish: ({ kind, data = null }) => ctx.notify({ kind: 'log', level: 'info', data: { event: kind, data } }),
    files: toFiles(ctx),
    secret: (name) => readSecret(ctx, tool, name),
    fetch: (url, options = {}) => send(url, { ...options, signal: bothSignals(signal, options.signal) }),
    signal,
    call: (name, args) => ctx.call(name, args),
    ask: ({ message, schema }) => ctx.pauses.ask({ message, schema }),
    remote: (work) => remote({ idempotent: false, ...work }),
  };
}

function bothSignals(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? one : AbortSignal.any([one, other]);
}

type LogLevel = 'debug' | 'info' | 'warning' | 'error';
const levels: readonly string[] = ['debug', 'info', 'warning', 'error'] satisfies readonly LogLevel[];

/** `log(message, data?)` or `log(level, message, data?)`. Shown to the caller as well, so without the call's secrets. */
function createLogger(ctx: RunContext, tool: PackTool, { secrets }: CallSettings): ToolContext['log'] {
  return (...given: readonly unknown[]) => {
    const has_level = typeof given[1] === 'string' && levels.includes(String(given[0]));
    const [level, message, data] = has_level ? given : ['info', ...given];
    const said = withoutSecrets({ message: String(message), data: (data ?? null) as JsonValue }, secrets);
    const at = level as LogLevel;
    ctx.notify({ kind: 'log', level: at, data: said });
    const fields = { call_id: ctx.call_id, tool: tool.definition.name, ...said };
    ctx.log[at === 'warning' ? 'warn' : at]('tool-says', fields);
  };
}

/** Only what the tool has named: what it is approved for. */
function readSecret(ctx: RunContext, tool: PackTool, name: string): string {
  if (tool.secrets.includes(name) && ctx.secret !== undefined) return ctx.secret(name);
  throw new ToolcribError('tool_failed', { cause: new Error(`The tool does not name the secret variable ${name}`) });
}

function toFiles({ files }: RunContext): ToolFiles {
  return {
    save: async (name, data, { content_type } = {}): Promise<SavedFile> => {
      const saved = await files.save(name, data, content_type === undefined ? {} : { media_type: content_type });
      return { ...summaryOf(saved), url: saved.url };
    },
    url: async (path, { expires_in_s } = {}) => {
      const { url } = await files.url(path, expires_in_s === undefined ? {} : { expires_in_ms: expires_in_s * 1_000 });
      return url;
    },
    read: async (path) => (await files.read(path)).bytes,
    list: async (options = {}) => (await files.list(options)).map((file) => summaryOf(file)),
  };
}

function summaryOf(file: Awaited<ReturnType<RunContext['files']['list']>>[number]) {
  const { id, name, size_bytes: size, media_type: content_type, created_at } = file;
  return { id, name, size, content_type, created_at: new Date(created_at).toISOString() };
}
