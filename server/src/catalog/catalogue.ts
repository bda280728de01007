// The loaded catalogue: what exists, for whom. Immutable; a reload makes a new one.
import type { Fault } from '../base/errors.ts';
import type { CredentialNeed } from '../credentials/credential.ts';
import type { Prompt } from './prompt.ts';
import type { Resource, ResourceTemplate } from './resource.ts';
import type { Source } from './source.ts';
import type { EntityKind } from './split-entities.ts';
import type { Tool, ToolScope } from './tool.ts';

export interface Toolset {
  readonly name: string;
  readonly description?: string;
  readonly scope: ToolScope;
  /** All in the order of the file. */
  readonly tool_names: readonly string[];
  readonly prompt_names: readonly string[];
  readonly resource_names: readonly string[];
  readonly resource_template_names: readonly string[];
}

export interface NamedSource {
  readonly name: string;
  readonly scope: ToolScope;
  readonly source: Source;
  /** Present when its tools run with an account of the caller's. */
  readonly need?: CredentialNeed;
}

/** Something of the files that could not be used; the rest works without it. */
export interface Failed {
  readonly entity: EntityKind;
  readonly name: string;
  readonly scope: ToolScope;
  readonly faults: readonly Fault[];
}

/** A file whose new text is not used: its last good text still counts. */
export interface HeldFile {
  /** As faults name it. */
  readonly file: string;
  readonly scope: ToolScope;
  /** What is wrong with the new text. */
  readonly faults: readonly Fault[];
}

export interface Catalogue {
  /** Sorted by name; names are unique within what one tenant can see. */
  readonly tools: readonly Tool[];
  readonly toolsets: readonly Toolset[];
  readonly sources: readonly NamedSource[];
  readonly failed: readonly Failed[];
  readonly held: readonly HeldFile[];
  /** The tool of that name that this tenant can see. O(1). */
  findTool(tenant_id: string, name: string): Tool | undefined;
  findToolset(tenant_id: string, name: string): Toolset | undefined;
  /** All tools that this tenant can see, sorted by name. The same array for the same tenant. */
  visibleTools(tenant_id: string): readonly Tool[];
  visibleToolsets(tenant_id: string): readonly Toolset[];
  visiblePrompts(tenant_id: string): readonly Prompt[];
  visibleResources(tenant_id: string): readonly Resource[];
  visibleResourceTemplates(tenant_id: string): readonly ResourceTemplate[];
  /** The sources that this tenant's visible tools can use, and what is wrong with its own files (not the operator's). */
  visibleSources(tenant_id: string): VisibleSources;
  /** A call begins that uses what this catalogue has: nothing of it is closed before the call's `release`. */
  hold(): void;
  release(): void;
  /** It has been replaced: what no other catalogue has is closed once no call holds it. */
  retire(): void;
  /** Closes what no other catalogue has, whoever holds it. Idempotent. */
  close(): Promise<void>;
}

export interface VisibleSources {
  readonly sources: readonly NamedSource[];
  readonly failed: readonly Failed[];
  readonly held: readonly HeldFile[];
}
