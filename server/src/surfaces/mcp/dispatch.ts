// The methods that this surface answers, as one table, and the way from a message to its answer. No state is kept
// between two requests: nothing of one caller can reach another (attack A10).
import { InitializeRequestParamsSchema, SetLevelRequestParamsSchema } from '@modelcontextprotocol/core';
import { toToolcribError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { limits } from '../../base/limits.ts';
import type { ListRequest } from '../../invoke/call.ts';
import { callTool } from './call-tool.ts';
import type { PauseDeps, ToolCall } from './call-tool.ts';
import { toFailure } from './failures.ts';
import { listTools } from './list-tools.ts';
import { offerMethods } from './offers.ts';
import type { OfferMethod } from './offers.ts';
import { failure, metaKeys, revisions, revisionTraits } from './protocol.ts';
import type { Answer, Failure, Revision } from './protocol.ts';
import type { ResultParts } from './results.ts';

export interface DispatchDeps extends PauseDeps {
  readonly log: Log;
  /** Version of this server. */
  readonly version: string;
}

interface Method {
  /** Which revisions know it: those with a handshake, the stateless ones, or all. */
  readonly known_to: 'handshake' | 'stateless' | 'all';
  /** Calls the corridor itself; all others are authorised by listing first. */
  readonly answer: (deps: DispatchDeps, call: ToolCall) => ResultParts | Failure | Promise<ResultParts | Failure>;
}

// oxfmt-ignore
const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['initialize',       { known_to: 'handshake', answer: initialize }],
  ['ping',             { known_to: 'handshake', answer: listed(() => ({ members: '', meta: {} })) }],
  ['logging/setLevel', { known_to: 'handshake', answer: listed(setLevel) }],
  ['server/discover',  { known_to: 'stateless', answer: discover }],
  ['tools/list',       { known_to: 'all',       answer: listTheTools }],
  ['tools/call',       { known_to: 'all',       answer: callTool }],
  ...Object.entries(offerMethods).map(([name, method]) => [name, { known_to: 'all', answer: offered(method) }] as const),
]);

/** The names of all methods that this surface answers. */
export const mcpMethods: readonly string[] = [...methods.keys()];

export async function dispatch(deps: DispatchDeps, call: ToolCall): Promise<Answer> {
  const { revision } = call.served;
  const { stateless } = revisionTraits[revision];
  const method = methods.get(call.message.method);
  const is_known = method?.known_to === 'all' || method?.known_to === (stateless ? 'stateless' : 'handshake');
  try {
    if (method === undefined || !is_known) {
      await deps.corridor.list(call);
      const message = `Method not found: ${call.message.method.slice(0, 100)}`;
      return failure({ status: stateless ? 404 : 200, code: 'method_not_found' }, message);
    }
    const parts = await method.answer(deps, call);
    return 'kind' in parts ? parts : { kind: 'success', result: resultText(parts, revision, deps.version) };
  } catch (thrown) {
    return failureOf(deps, thrown);
  }
}

/** Whether the caller may be here at all. */
export async function refusalOf(deps: DispatchDeps, request: ListRequest): Promise<Failure | undefined> {
  try {
    await deps.corridor.list(request);
    return undefined;
  } catch (thrown) {
    return failureOf(deps, thrown);
  }
}

function failureOf({ log }: DispatchDeps, thrown: unknown): Failure {
  const error = toToolcribError(thrown);
  if (error.code === 'internal') log.error('mcp-request-failed', { error: thrown });
  return toFailure(error);
}

/** The result with what its revision wants in every result. */
function resultText(parts: ResultParts, revision: Revision, version: string): string {
  const { members, meta } = parts;
  const { stateless } = revisionTraits[revision];
  const whole = stateless ? { ...meta, [metaKeys.server_info]: serverInfo(version) } : meta;
  const written = [
    stateless ? `"resultType":"${parts.result_type ?? 'complete'}"` : '',
    members,
    Object.keys(whole).length === 0 ? '' : `"_meta":${JSON.stringify(whole)}`,
  ];
  return `{${written.filter((part) => part !== '').join(',')}}`;
}

/** Whoever may not list may not even shake hands: a bad key and an unknown toolset are told at once. */
function listed(answer: (deps: DispatchDeps, call: ToolCall) => ResultParts | Failure): Method['answer'] {
  return async (deps, call) => {
    await deps.corridor.list(call);
    return answer(deps, call);
  };
}

async function initialize(deps: DispatchDeps, call: ToolCall): Promise<ResultParts | Failure> {
  const { message, served } = call;
  // First of all: whoever may not come in learns nothing about what is wrong with the rest.
  const { instructions } = await deps.corridor.offer(call);
  const params = InitializeRequestParamsSchema.safeParse(message.params);
  if (!params.success) {
    return failure(
      { status: 200, code: 'invalid_params' },
      'initialize needs protocolVersion, capabilities and clientInfo.',
    );
  }
  const result = {
    protocolVersion: served.revision,
    capabilities,
    serverInfo: serverInfo(deps.version),
    instructions,
  };
  return { members: JSON.stringify(result).slice(1, -1), meta: {} };
}

/** Accepted and not kept, for there is no session to keep it in: a caller of these revisions hears every level. */
function setLevel(_deps: DispatchDeps, { message }: ToolCall): ResultParts | Failure {
  return SetLevelRequestParamsSchema.safeParse(message.params).success
    ? { members: '', meta: {} }
    : failure({ status: 200, code: 'invalid_params' }, 'logging/setLevel needs a log level.');
}

async function discover({ corridor }: DispatchDeps, call: ToolCall): Promise<ResultParts> {
  const { instructions } = await corridor.offer(call);
  const result = { supportedVersions: revisions, capabilities, instructions, ...cacheHints };
  return { members: JSON.stringify(result).slice(1, -1), meta: {} };
}

async function listTheTools({ corridor }: DispatchDeps, call: ToolCall): Promise<ResultParts | Failure> {
  return cacheable(listTools(await corridor.list(call), call.message.params ?? {}), call);
}

function offered(method: OfferMethod): Method['answer'] {
  return async ({ corridor }, call) => {
    const offer = await corridor.offer(call);
    return cacheable(await method(offer, call.message.params ?? {}), call);
  };
}

/** With the hints that the stateless revision wants in what can be kept. */
function cacheable(members: string | Failure, { message, served }: ToolCall): ResultParts | Failure {
  if (typeof members !== 'string') return members;
  const hinted = revisionTraits[served.revision].stateless && message.method !== 'prompts/get';
  return { members: hinted ? `${members},${JSON.stringify(cacheHints).slice(1, -1)}` : members, meta: {} };
}

const capabilities = {
  tools: { listChanged: false },
  prompts: { listChanged: false },
  resources: { listChanged: false, subscribe: false },
  logging: {},
};

/** What a caller sees depends on its key, so no shared cache may keep it. */
const cacheHints = { ttlMs: limits.mcp_list_ttl_ms, cacheScope: 'private' };

function serverInfo(version: string) {
  return { name: 'toolcrib', title: 'Toolcrib', version };
}
