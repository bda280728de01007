// What the operation that looks into OpenAPI documents takes and answers.
import type { JsonObject } from './json.ts';
import type { Fault } from './wire.ts';

/** What `inspectOpenapi` looks into: one of `url` and `document`. */
export interface OpenapiInspectionBody {
  readonly url?: string;
  /** As an object, or as text in JSON or YAML. */
  readonly document?: JsonObject | string;
  /** Only these: operationId, `METHOD /path`, or tags. */
  readonly operations?: readonly string[];
}

export interface OpenapiInspection {
  readonly title: string;
  readonly version: string;
  readonly servers: readonly string[];
  readonly security_schemes: readonly { readonly name: string; readonly type: string }[];
  readonly operations: readonly OpenapiOperation[];
  /** What cannot be used, and why. */
  readonly faults: readonly Fault[];
  /** The chosen operations with what they refer to: the field `document` of a source of the type `openapi`. */
  readonly document: JsonObject | null;
}

export interface OpenapiOperation {
  /** operationId, else `METHOD /path`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly deprecated: boolean;
  /** Name of its tool, without prefix; null when it cannot be one. */
  readonly tool: string | null;
}
