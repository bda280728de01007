// Tools that a source brings with it: operations of an OpenAPI document, tools of another MCP server. What it brings is
// decided when the catalogue is linked, from what the file says and from what was seen and approved before (the snapshot);
// nothing connects then.
import type { Fault } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import type { CredentialNeed } from '../credentials/credential.ts';
import type { SchemaToolDefinition } from './schema-tool.ts';
import type { Source } from './source.ts';
import type { RunTool, ToolScope } from './tool.ts';

export interface BringAt {
  /** Name of the source. */
  readonly name: string;
  readonly scope: ToolScope;
  /** Folder against which relative paths of the configuration are taken. */
  readonly base_folder: string;
  /** Whose account its tools run with by default: what the source's `credential` says. */
  readonly need: CredentialNeed | undefined;
  /** What was kept for this source: of an MCP server, its approved tools; undefined when nothing was. */
  readonly snapshot: JsonObject | undefined;
}

export interface Brought {
  readonly tools: readonly BroughtTool[];
  /** Paths are relative to the source. What could be used is brought nevertheless. */
  readonly faults: readonly Fault[];
}

export interface BroughtTool {
  readonly definition: SchemaToolDefinition;
  /**
   * Where it needs another account than the source's `credential` says, or none. Of a source that a tenant defines, its systems must be
   * among those of `need`: the others' accounts are not for it.
   */
  readonly credential_need?: CredentialNeed | 'none';
  /** Everything that can be done once; must not connect. */
  readonly prepare: (source: Source) => RunTool;
}

/** What was kept for a source: undefined when nothing was. */
export type SnapshotOf = (scope: ToolScope, source: string) => Promise<JsonObject | undefined>;
