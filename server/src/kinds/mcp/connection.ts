// A connection to another MCP server, by the official client: for one caller, and for one call at a time, so that whatever the
// server sends or asks meanwhile belongs to that call (attack A10).
import type { Client, ElicitRequest, ElicitResult, RequestOptions, Tool } from '@modelcontextprotocol/client';
import { cleanLine, cleanText } from '../../base/clean-text.ts';
import { ToolcribError, toToolcribError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Log } from '../../base/log.ts';
import type { Listing, MirroredTool, RefusedTool } from '../../catalog/mirror.ts';
import type { Question } from '../../catalog/pauses.ts';
import { readQuestion } from '../../catalog/read-question.ts';
import type { CallEvent } from '../../catalog/result.ts';
import type { RunContext } from '../../catalog/tool.ts';
import { readDefinition } from './read-definition.ts';
import type { ServerTransport } from './server-transport.ts';

/** What a call answered, as the server sent it. */
export interface CallAnswer {
  readonly content: readonly JsonObject[];
  readonly structured: JsonValue | undefined;
  readonly is_error: boolean;
}

export interface ConnectionDeps {
  readonly source: string;
  readonly identity: string;
  readonly log: Log;
}

/** What of a running call the server may reach. */
export type CallOfConnection = Pick<RunContext, 'signal' | 'notify' | 'pauses'> & { readonly tool: string };

export class McpConnection {
  readonly #client: Client;
  readonly #server: ServerTransport;
  readonly #deps: ConnectionDeps;
  #call: CallOfConnection | undefined;
  /** What a request of the server ended the call with: a question that waits for its answer. */
  #paused: ToolcribError | undefined;
  #abort: AbortController | undefined;
  /** By the server's names; undefined when the list must be asked for again. */
  hashes: ReadonlyMap<string, string> | undefined;
  is_broken = false;

  private constructor(client: Client, server: ServerTransport, deps: ConnectionDeps) {
    this.#client = client;
    this.#server = server;
    this.#deps = deps;
  }

  /** Throws `source_unavailable`, `credential_refused`. */
  static async open(server: ServerTransport, deps: ConnectionDeps, signal: AbortSignal): Promise<McpConnection> {
    const library = await import('@modelcontextprotocol/client');
    const client = new library.Client(
      { name: 'toolcrib', version: '1' },
      {
        // Questions to the person, and nothing else: no sampling, no roots.
        capabilities: { elicitation: { form: {} } },
        versionNegotiation: { mode: 'auto' },
        // Results are checked by ours; the library's own writes code from a stranger's schema.
        jsonSchemaValidator: {
          getValidator: () => (input) => ({ valid: true, data: input as never, errorMessage: undefined }),
        },
      },
    );
    const connection = new McpConnection(client, server, deps);
    connection.#listen();
    try {
      await client.connect(server.transport, { signal, timeout: limits.mcp_connect_ms });
    } catch (thrown) {
      await connection.close();
      throw connection.#toError(thrown, signal);
    }
    return connection;
  }

  /** Asks for the whole list, within bounds. */
  async list(signal: AbortSignal): Promise<Listing> {
    const tools: MirroredTool[] = [];
    const refused: RefusedTool[] = [];
    const names = new Set<string>();
    this.hashes = undefined;
    try {
      let cursor: string | undefined;
      for (let page = 0; page < limits.mcp_list_pages; page += 1) {
        // One page at a time: the library's own function gathers every page before anybody counts.
        const answer = await this.#client.request(
          { method: 'tools/list', params: cursor === undefined ? {} : { cursor } },
          { signal, timeout: limits.mcp_connect_ms },
        );
        for (const sent of answer.tools) {
          const read = readDefinition(sent as unknown as JsonObject);
          if ('refused' in read) refused.push(read.refused);
          else if (names.has(read.tool.name)) refused.push({ name: read.tool.name, problem: 'is there twice' });
          else if (tools.length >= limits.mcp_tools) {
            refused.push({ name: read.tool.name, problem: `is one of more than ${limits.mcp_tools}` });
          } else {
            names.add(read.tool.name);
            tools.push(read.tool);
          }
        }
        cursor = answer.nextCursor;
        if (cursor === undefined || refused.length > limits.mcp_tools) break;
      }
    } catch (thrown) {
      throw this.#toError(thrown, signal);
    }
    this.hashes = new Map(tools.map(({ name, hash }) => [name, hash]));
    return { identity: this.#deps.identity, tools, refused: refused.slice(0, limits.faults) };
  }

  /** Throws what the call must end with. */
  async call(
    {
      name,
      definition,
      args,
      timeout_ms,
    }: { name: string; definition: JsonObject; args: JsonObject; timeout_ms: number },
    call: CallOfConnection,
  ): Promise<CallAnswer> {
    const abort = new AbortController();
    this.#call = call;
    this.#paused = undefined;
    this.#abort = abort;
    const signal = AbortSignal.any([call.signal, abort.signal]);
    const options: RequestOptions = {
      signal,
      timeout: timeout_ms,
      onprogress: ({ progress, total, message }) =>
        call.notify({
          kind: 'progress',
          progress,
          ...(total === undefined ? {} : { total }),
          ...(message === undefined ? {} : { message: cleanLine(message, limits.mcp_words_characters) }),
        }),
    };
    try {
      const answer = await this.#client.callTool(
        { name, arguments: args },
        { ...options, toolDefinition: toolFor(name, definition) },
      );
      return {
        content: (answer.content ?? []) as readonly unknown[] as readonly JsonObject[],
        structured: answer.structuredContent as JsonValue | undefined,
        is_error: answer.isError === true,
      };
    } catch (thrown) {
      const paused: unknown = this.#paused;
      if (paused instanceof ToolcribError) throw paused;
      throw this.#toError(thrown, call.signal);
    } finally {
      this.#call = undefined;
      this.#abort = undefined;
    }
  }

  async close(): Promise<void> {
    this.is_broken = true;
    await this.#server.end();
    await this.#client.close().catch(() => undefined);
    await this.#server.transport.close().catch(() => undefined);
  }

  #listen(): void {
    const client = this.#client;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the library's own: it has no other way
    client.onclose = () => (this.is_broken = true);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the same
    client.onerror = (error) => this.#deps.log.debug('mcp-connection-error', { source: this.#deps.source, error });
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      this.hashes = undefined;
    });
    client.setNotificationHandler('notifications/message', ({ params }) => {
      this.#call?.notify({ kind: 'log', level: levels[params.level] ?? 'info', data: cleanValue(params.data) });
    });
    client.setRequestHandler('elicitation/create', (request) => this.#ask(request));
  }

  /** A question goes to the person who calls; without their answer the call ends, and goes on when it is sent again. */
  async #ask({ params }: ElicitRequest): Promise<ElicitResult> {
    const call = this.#call;
    if (call === undefined || !('requestedSchema' in params)) return { action: 'decline' };
    const words = cleanText(params.message, limits.mcp_words_characters);
    const question = {
      message: `The server "${this.#deps.source}", which "${call.tool}" comes from, asks: ${words}`,
      schema: cleanValue(params.requestedSchema) as JsonObject,
    };
    // No form can ask it, or it wants a secret.
    if (!canBeAsked(question)) return { action: 'decline' };
    try {
      const content = await call.pauses.ask(question);
      return { action: 'accept', content: content as ElicitResult['content'] };
    } catch (thrown) {
      if (thrown instanceof ToolcribError && thrown.code === 'input_refused') return { action: 'decline' };
      this.#paused = toToolcribError(thrown);
      this.#abort?.abort(thrown);
      return { action: 'cancel' };
    }
  }

  #toError(thrown: unknown, signal: AbortSignal): ToolcribError {
    if (signal.aborted && signal.reason instanceof ToolcribError) return signal.reason;
    const { source } = this.#deps;
    const refusal = this.#server.refusal();
    if (refusal !== undefined) {
      this.is_broken = true;
      return new ToolcribError('credential_refused', { params: { credential: source }, cause: refusal });
    }
    const own = ownError(thrown);
    if (own !== undefined && own.code !== 'upstream_unavailable') return own;
    // A refusal in the protocol leaves the connection as it is.
    if (!isProtocolError(thrown)) this.is_broken = true;
    return new ToolcribError('source_unavailable', { params: { source }, cause: thrown });
  }
}

const levels: Readonly<Record<string, (CallEvent & { kind: 'log' })['level']>> = {
  ...{ debug: 'debug', info: 'info', notice: 'info', warning: 'warning', error: 'error', critical: 'error' },
  ...{ alert: 'error', emergency: 'error' },
};

function toolFor(name: string, { input_schema }: JsonObject): Tool {
  return { name, inputSchema: input_schema } as unknown as Tool;
}

/** Texts cleaned wherever they stand. */
export function cleanValue(value: unknown, depth = 0): JsonValue {
  if (depth > limits.mcp_schema_depth) return null;
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, depth + 1));
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [cleanText(key), cleanValue(item, depth + 1)] as const),
    );
  }
  return value as JsonValue;
}

function canBeAsked(question: Question): boolean {
  try {
    readQuestion(question);
    return true;
  } catch {
    return false;
  }
}

/** A catalogue error that the library has wrapped. */
function ownError(thrown: unknown): ToolcribError | undefined {
  let error = thrown;
  for (let depth = 0; depth < 5 && error instanceof Error; depth += 1) {
    if (error instanceof ToolcribError) return error;
    error = error.cause;
  }
  return undefined;
}

/** Refused by the server in words of JSON-RPC. */
function isProtocolError(thrown: unknown): thrown is Error & { readonly code: number } {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number';
}
