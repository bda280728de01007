// What goes into the corridor and what comes out of it. Knows no HTTP and no JSON-RPC.
import type { ToolcribError } from '../base/errors.ts';
import type { Prompt } from '../catalog/prompt.ts';
import type { Resource, ResourceTemplate } from '../catalog/resource.ts';
import type { CallEvent, ToolResult } from '../catalog/result.ts';
import type { Tool } from '../catalog/tool.ts';
import type { Principal } from '../identity/principal.ts';
import type { TokenOf } from './verify.ts';

/** `handoff`: a person has begun it by themselves; `tool`: another tool has called it. */
export type Surface = 'rest' | 'mcp' | 'toolbox' | 'remote' | 'handoff' | 'tool';

/** One call as a surface hands it over. */
export interface CallRequest {
  readonly surface: Surface;
  /** Value of the Authorization header. */
  readonly authorization: string | undefined;
  /** Instead of it, when a tool that runs makes the call: never set by a surface. */
  readonly within?: CallWithin | undefined;
  /** Value of the Host header: links that the caller is given lead to where it came from. */
  readonly host?: string | undefined;
  readonly tool: string;
  /** When set, only tools of this toolset can be called. */
  readonly toolset?: string | undefined;
  /** The token that came for an auth service of this name. */
  readonly tokenOf?: TokenOf | undefined;
  /** Arguments as parsed JSON; checked in the corridor. */
  readonly args: unknown;
  /** Of an earlier answer to the same call that was cut: go on after its last row. */
  readonly cursor?: string | undefined;
  /** Takes a listener, to be called when the caller goes away before the answer is complete. */
  readonly on_gone?: ((listener: () => void) => void) | undefined;
  /** Hears what the call says while it runs. */
  readonly on_event?: ((event: CallEvent) => void) | undefined;
}

/** The call that another one is made within. */
export interface CallWithin {
  readonly principal: Principal;
  /** 1 for a call that a tool makes which a surface has called. */
  readonly depth: number;
}

export type Outcome =
  | { readonly kind: 'result'; readonly call_id: string; readonly result: ShapedResult }
  | { readonly kind: 'error'; readonly call_id: string; readonly error: ToolcribError };

/** A result within its limits, ready for any surface. */
export type ShapedResult = ToolResult;

/** The corridor as surfaces see it. */
export interface Corridor {
  /** Never throws: everything that can happen is an outcome. */
  call(request: CallRequest): Promise<Outcome>;
  /** The tools that the same caller could call, sorted by name (in the toolset's order for a toolset). Throws ToolcribError. */
  list(request: ListRequest): Promise<readonly Tool[]>;
  /** What else the same caller may have. Throws ToolcribError. */
  offer(request: ListRequest): Promise<Offer>;
  /** One of those tools. Throws `tool_not_found`. */
  get(request: ListRequest & { readonly tool: string }): Promise<Tool>;
}

export interface ListRequest {
  readonly authorization: string | undefined;
  readonly toolset?: string | undefined;
}

/** What a caller is offered beside tools. */
export interface Offer {
  /** What the toolset says of itself, for the model. */
  readonly instructions?: string;
  readonly prompts: readonly Prompt[];
  readonly resources: readonly Resource[];
  readonly resource_templates: readonly ResourceTemplate[];
}
