// The loaded catalogue: what exists, for whom. Immutable; a reload makes a new one.
import type { Fault } from '../base/errors.ts';
import type { Source } from './source.ts';
import type { EntityKind } from './split-entities.ts';
import type { Tool, ToolScope } from './tool.ts';

export interface Toolset {
  readonly name: string;
  readonly description?: string;
  readonly scope: ToolScope;
  /** In the order of the file. */
  readonly tool_names: readonly string[];
}

export interface NamedSource {
  readonly name: string;
  readonly scope: ToolScope;
  readonly source: Source;
}

/** Something of the files that could not be used; the rest works without it. */
export interface Failed {
  readonly entity: EntityKind;
  readonly name: string;
  readonly scope: ToolScope;
  readonly faults: readonly Fault[];
}

export interface Catalogue {
  /** Sorted by name; names are unique within what one tenant can see. */
  readonly tools: readonly Tool[];
  readonly toolsets: readonly Toolset[];
  readonly sources: readonly NamedSource[];
  readonly failed: readonly Failed[];
  /** The tool of that name that this tenant can see. O(1). */
  findTool(tenant_id: string, name: string): Tool | undefined;
  findToolset(tenant_id: string, name: string): Toolset | undefined;
  /** All tools that this tenant can see, sorted by name. The same array for the same tenant. */
  visibleTools(tenant_id: string): readonly Tool[];
  visibleToolsets(tenant_id: string): readonly Toolset[];
  /** The sources that this tenant's visible tools can use, and what failed of its own files (not the operator's). */
  visibleSources(tenant_id: string): { readonly sources: readonly NamedSource[]; readonly failed: readonly Failed[] };
  /** Closes the sources. */
  close(): Promise<void>;
}
