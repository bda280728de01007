// A resource: a document under an address that programs may read, and the contract of a kind of resource.
import type { z } from 'zod';
import type { ToolScope } from './tool.ts';

/** What reading gives: text, or bytes as base64. */
export type ResourceContent = { readonly text: string } | { readonly blob: string };

interface Described {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mime_type?: string;
  readonly scope: ToolScope;
  /** For the model's program; told, never enforced. */
  readonly annotations?: ResourceAnnotations;
}

/** Names and meaning of MCP. */
export interface ResourceAnnotations {
  readonly audience?: readonly ('user' | 'assistant')[];
  readonly priority?: number;
  readonly lastModified?: string;
}

export interface Resource extends Described {
  readonly uri: string;
  /** Bytes, where they are known without reading. */
  readonly size_bytes?: number;
  /** Throws `resource_not_found`, `result_too_large`. */
  read(): Promise<ResourceContent>;
}

/** Many resources under addresses of one form. */
export interface ResourceTemplate extends Described {
  /** RFC 6570, with the one variable `path`: `file:///manual/{path}`. */
  readonly uri_template: string;
  /** The reading of an address of that form; undefined for any other address. */
  match(uri: string): (() => Promise<ResourceContent>) | undefined;
}

/** What a kind of resource must offer. */
export interface ResourceKind<Config = unknown> {
  /** Permanent name, as written in the file: `text`. */
  readonly type: string;
  readonly aliases: readonly string[];
  /** Its own fields beside the common ones; strict. */
  readonly fields: z.ZodType<Config>;
  open(config: Config, deps: ResourceDeps): OpenedResource;
}

export interface ResourceDeps {
  /** Folder of the configuration: what is not in it is not read. */
  readonly base_folder: string;
  readonly is_template: boolean;
}

export interface OpenedResource {
  readonly mime_type: string;
  readonly size_bytes?: number;
  /** `path` is present for a template. */
  read(path?: string): Promise<ResourceContent>;
}
