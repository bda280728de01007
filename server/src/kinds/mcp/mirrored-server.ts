// A mirrored server as a source: its connections, its list, and calls of its tools as they were accepted. The kinds `mcp` and
// `mcp-stdio` differ only in how they connect.
import { createHash } from 'node:crypto';
import { ToolcribError } from '../../base/errors.ts';
import type { HttpClient } from '../../base/http-client.ts';
import type { JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { isMirroring } from '../../catalog/mirror.ts';
import type { Listing, LookAs, MirroredTool, MirroringSource } from '../../catalog/mirror.ts';
import type { Source, SourceDeps } from '../../catalog/source.ts';
import type { RunContext, RunTool } from '../../catalog/tool.ts';
import { ConnectionPool } from './connection-pool.ts';
import type { Leased } from './connection-pool.ts';
import { McpConnection } from './connection.ts';
import type { ServerTransport } from './server-transport.ts';
import { toResult } from './to-result.ts';

export interface ServerOptions {
  readonly type: 'mcp' | 'mcp-stdio';
  readonly name: string;
  readonly url?: string;
  /** Everything that says which server it is. */
  readonly which: readonly string[];
  readonly max_connections: number;
  readonly connect: (at: ConnectAt) => Promise<ServerTransport>;
  /** Whether callers come with secret variables of their own. */
  readonly has_secrets?: boolean;
  /** What else a connection is made with: another value is another connection. */
  readonly made_with?: (at: ConnectAt) => unknown;
  /** What of the configuration a result must not show. */
  readonly secrets: readonly string[];
}

export interface ConnectAt {
  readonly credential: RunContext['credential'];
  readonly secret: RunContext['secret'];
  readonly http: HttpClient;
}

/** A mirrored server with calls. */
export interface McpServer extends MirroringSource {
  run(tool: AcceptedTool): RunTool;
}

export interface AcceptedTool extends MirroredTool {
  /** By the name that it has here. */
  readonly shown_name: string;
  readonly timeout_ms: number;
}

export function identityOf(which: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(which)).digest('hex').slice(0, 32);
}

export function createMcpServer(options: ServerOptions, deps: SourceDeps): McpServer {
  const { type, name, which, max_connections, connect } = options;
  const { clock, log, http } = deps;
  const identity = identityOf(which);
  const pool = new ConnectionPool({ source: name, max: max_connections, clock, log });
  const is_personal = deps.account_per_call === true || options.has_secrets === true;
  const looked = createLooker(deps, is_personal);

  async function open(at: ConnectAt, signal: AbortSignal): Promise<McpConnection> {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(limits.mcp_connect_ms)]);
    return McpConnection.open(await connect(at), { source: name, identity, log }, bounded);
  }

  async function look(as: LookAs, signal: AbortSignal): Promise<Listing> {
    const at = { credential: as.credential, secret: undefined, http: as.http };
    const key = keyOf(as, at, options.made_with?.(at));
    return pool.use(
      key,
      (opening) => open(at, opening),
      async (leased) => {
        leased.looked_at = -1;
        const listing = await looked(leased, signal);
        if (listing === undefined) throw new TypeError('A look that was asked for did not take place');
        return listing;
      },
      signal,
    );
  }

  function run(tool: AcceptedTool): RunTool {
    const { name: own_name, hash, shown_name, timeout_ms, definition } = tool;
    return async (args, ctx) => {
      const { caller, credential, secret, signal } = ctx;
      const at = { credential, secret, http: ctx.http };
      const key = keyOf(caller, at, options.made_with?.(at));
      return pool.use(
        key,
        (opening) => open(at, opening),
        async (leased) => {
          await looked(leased, signal);
          const seen = leased.connection.hashes?.get(own_name);
          const params = { tool: shown_name, source: name };
          if (seen === undefined) throw new ToolcribError('tool_withdrawn', { params });
          if (seen !== hash) throw new ToolcribError('tool_quarantined', { params });
          const answer = await leased.connection.call(
            { name: own_name, definition, args: args as JsonObject, timeout_ms },
            { signal, notify: (event) => ctx.notify(event), pauses: ctx.pauses, tool: shown_name },
          );
          const secrets = [...options.secrets, ...Object.values(credential?.account ?? {})];
          return toResult(answer, { tool: shown_name, has_schema: definition['output_schema'] !== undefined, secrets });
        },
        signal,
      );
    };
  }

  return {
    type,
    identity,
    ...(options.url === undefined ? {} : { url: options.url }),
    look,
    run,
    probe: async (signal, credential) => {
      const at = { credential, secret: undefined, http };
      const connection = await open(at, signal);
      await connection.close();
    },
    close: () => pool.close(),
  };
}

type Looker = (leased: Leased, signal: AbortSignal) => Promise<Listing | undefined>;

/** Looks at the list when it may have changed; whoever keeps the definitions is told what was seen. */
function createLooker({ clock, saw }: SourceDeps, is_personal: boolean): Looker {
  let latest: string | undefined;
  let changed_at = -1;
  return async (leased, signal) => {
    const { connection, looked_at } = leased;
    const now = clock.monotonic();
    const is_fresh = looked_at >= 0 && now - looked_at < limits.mcp_look_ms && looked_at >= changed_at;
    if (is_fresh && connection.hashes !== undefined) return undefined;
    const listing = await connection.list(signal);
    leased.looked_at = now;
    // What one account or secret is shown is nobody else's business: of such a server nothing is told, and nothing is shared.
    if (is_personal) return listing;
    // What one connection has noticed counts for all: the others look before their next call.
    const digest = digestOf(listing);
    if (latest !== undefined && latest !== digest) changed_at = now;
    if (latest !== digest) saw?.(listing);
    latest = digest;
    return listing;
  };
}

function digestOf({ tools }: Listing): string {
  return JSON.stringify(tools.map(({ name, hash }) => [name, hash]));
}

/** Callers share nothing, whatever account they come with; another version of an account is another connection. */
function keyOf(
  { tenant_id, user_id }: { readonly tenant_id: string; readonly user_id: string },
  { credential }: ConnectAt,
  made_with: unknown,
): string {
  const text = JSON.stringify([tenant_id, user_id, credential?.id, credential?.version, made_with]);
  return createHash('sha256').update(text).digest('hex');
}

/** The source that a tool was linked to. */
export function mcpServerOf(source: Source): McpServer {
  if (!isMirroring(source) || !('run' in source)) throw new TypeError('mcp was linked to a source of another kind');
  return source as McpServer;
}
