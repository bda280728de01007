// One tool of a configuration file: the fields that every tool has, its parameters, and its kind's own fields.
import { z } from 'zod';
import { limits } from '../base/limits.ts';
import { bodyFields, decodeEntity, findKind, kindFields } from './decode-entity.ts';
import type { Decoded } from './decode-entity.ts';
import { decodeFields } from './decode-fields.ts';
import { tell } from './decoding.ts';
import type { Decoding, Environment } from './decoding.ts';
import { decodeParameterLists, decodeToolParameters } from './decode-parameters.ts';
import { readVariables } from './decode-variables.ts';
import { filterEntries, locate } from './located.ts';
import type { LocatedMap } from './located.ts';
import type { Parameter } from './parameters.ts';
import type { ResultLimits } from './result.ts';
import type { Entity } from './split-entities.ts';
import type { DangerLevel, ToolAnnotations, ToolKind } from './tool.ts';

export interface ToolDefinition {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly kind: ToolKind;
  readonly source?: string;
  readonly parameters: readonly Parameter[];
  /** Names of auth services: a valid token of one of them is needed. Empty: of none. */
  readonly auth_required: readonly string[];
  readonly read_only: boolean;
  readonly annotations?: ToolAnnotations;
  readonly danger: DangerLevel;
  readonly timeout_ms: number;
  readonly concurrency: number;
  readonly result_limits: ResultLimits;
  /** Present when it uses secret variables of the caller: names of those that every call needs. */
  readonly variables?: readonly string[];
  /** What the kind's schema made of its own fields. */
  readonly config: unknown;
}

/** A tool as far as it could be decoded: without a definition, its references can still be checked. */
export interface ToolDraft {
  readonly kind: ToolKind | undefined;
  readonly definition: ToolDefinition | undefined;
}

export interface ToolDecoding {
  readonly file: string;
  readonly environment: Environment;
  readonly kinds: readonly ToolKind[];
}

const annotationFields = z.strictObject({
  title: z.string().min(1).optional(),
  readOnlyHint: z.boolean().optional(),
  destructiveHint: z.boolean().optional(),
  idempotentHint: z.boolean().optional(),
  openWorldHint: z.boolean().optional(),
});

const commonFields = z.strictObject({
  description: z
    .string()
    .refine((text) => text.trim() !== '', 'must not be empty')
    .describe('What the tool does and when to use it, for the model.'),
  title: z.string().min(1).optional().describe('Name for people.'),
  source: z.string().optional().describe('Name of the source that it runs on.'),
  authRequired: z
    .array(z.string().min(1))
    .max(limits.tool_auth_services)
    .default([])
    .describe('Names of auth services; a call needs a valid token of one of them.'),
  readOnly: z.boolean().optional().describe('Whether it changes nothing; true by default, enforced by the database.'),
  annotations: annotationFields.optional().describe('The same and more in the words of MCP.'),
  danger: z.enum(['low', 'medium', 'high', 'critical']).optional().describe('How much harm a wrong call can do.'),
  timeout_ms: z.int().min(1).max(limits.call_timeout_max_ms).default(limits.call_timeout_ms),
  concurrency: z.int().min(1).max(limits.tenant_concurrency).default(limits.tool_concurrency),
  max_rows: z.int().min(1).max(limits.result_rows_max).default(limits.result_rows),
  max_bytes: z.int().min(1).max(limits.result_bytes_max).default(limits.result_bytes),
});
type CommonFields = z.infer<typeof commonFields>;

const commonNames: readonly string[] = Object.keys(commonFields.shape);
const decodedHere: readonly string[] = [...commonNames, 'parameters', 'templateParameters'];

/** Decodes a tool; its source is linked later. */
export function decodeTool(entity: Entity, options: ToolDecoding): Decoded<ToolDraft> {
  return decodeEntity(entity, options, (body, decoding) => {
    const fields = bodyFields(entity, body, decoding);
    if (fields === undefined) return undefined;
    const { path, place } = entity;
    const kind = findKind({ entity, body: fields }, options.kinds, decoding);
    const common_node = filterEntries(fields, (key) => commonNames.includes(key));
    const common = decodeFields(commonFields, { node: common_node, path, place }, decoding);
    const parameters = toolParameters(fields, { kind, path }, decoding);
    const common_fields = [...decodedHere, ...(kind?.parameter_lists ?? [])];
    const own = kindFields(entity, fields, common_fields);
    const other_fields = [...entity.type_keys, ...common_fields];
    const config =
      kind === undefined ? undefined : decodeFields(kind.fields, { node: own, path, place, other_fields }, decoding);
    if (common === undefined) return { kind, definition: undefined };
    const read_only = isReadOnly(common, kind, config);
    tellContradictions({ common, read_only }, fields, path, decoding);
    if (kind === undefined) return { kind, definition: undefined };
    const named = readVariables({ fields, path, allowed: kind.variable_fields ?? [] }, decoding);
    const variables = named ?? (parameters.some((parameter) => parameter.variables === true) ? [] : undefined);
    const definition = toDefinition(entity.name, { kind, common, parameters, config, read_only });
    return { kind, definition: variables === undefined ? definition : { ...definition, variables } };
  });
}

function isReadOnly({ readOnly, annotations }: CommonFields, kind: ToolKind | undefined, config: unknown): boolean {
  const given = readOnly ?? annotations?.readOnlyHint;
  if (given !== undefined || kind?.reads === undefined || config === undefined) return given ?? true;
  return kind.reads(config);
}

interface ParametersOf {
  readonly kind: ToolKind | undefined;
  /** Path of the tool. */
  readonly path: string;
}

/** The parameters of the file, or those that every tool of the kind has: then the file defines none. */
function toolParameters(fields: LocatedMap, { kind, path }: ParametersOf, decoding: Decoding): readonly Parameter[] {
  const refuse = (field: string, message: string): void => {
    const given = fields.entries.get(field);
    if (given === undefined) return;
    tell(decoding, given.key_place, { path: `${path}.${field}`, message, hint: 'Remove the field.' });
  };
  if (kind?.parameters !== undefined) {
    const message = `tools of type "${kind.type}" have parameters of their own`;
    refuse('parameters', message);
    refuse('templateParameters', message);
    return kind.parameters;
  }
  if (kind?.parameter_lists !== undefined) {
    refuse('parameters', `tools of type "${kind.type}" have ${kind.parameter_lists.join(', ')}`);
    refuse('templateParameters', `tools of type "${kind.type}" write no values into their text`);
    return decodeParameterLists(fields, { path, lists: kind.parameter_lists }, decoding);
  }
  if (kind !== undefined && kind.takes_templates !== true) {
    refuse('templateParameters', `tools of type "${kind.type}" write no values into their text`);
  }
  if (kind?.default_parameters !== undefined && !fields.entries.has('parameters')) return kind.default_parameters;
  return decodeToolParameters(fields, path, decoding);
}

interface DecodedParts {
  readonly kind: ToolKind;
  readonly common: CommonFields;
  readonly parameters: readonly Parameter[];
  readonly config: unknown;
  readonly read_only: boolean;
}

function toDefinition(name: string, { kind, common, parameters, config, read_only }: DecodedParts): ToolDefinition {
  const { title: annotated_title, readOnlyHint: _told, ...hints } = common.annotations ?? {};
  const title = common.title ?? annotated_title;
  const annotations: ToolAnnotations = {
    ...(hints.destructiveHint === undefined ? {} : { destructiveHint: hints.destructiveHint }),
    ...(hints.idempotentHint === undefined ? {} : { idempotentHint: hints.idempotentHint }),
    ...(hints.openWorldHint === undefined ? {} : { openWorldHint: hints.openWorldHint }),
  };
  return {
    name,
    ...(title === undefined ? {} : { title }),
    description: common.description,
    kind,
    ...(common.source === undefined ? {} : { source: common.source }),
    parameters,
    auth_required: common.authRequired,
    read_only,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    danger: common.danger ?? kind.danger ?? (read_only ? 'low' : 'medium'),
    timeout_ms: common.timeout_ms,
    concurrency: common.concurrency,
    result_limits: { rows: common.max_rows, bytes: common.max_bytes },
    config,
  };
}

/** The same thing said twice must be the same: a reader who sees one of the two would be misled. */
function tellContradictions(
  { common, read_only }: Pick<DecodedParts, 'common' | 'read_only'>,
  node: LocatedMap,
  path: string,
  decoding: Decoding,
): void {
  const { readOnlyHint, destructiveHint, title } = common.annotations ?? {};
  const told = (name: string, message: string, hint: string): void => {
    const { place } = locate(node, ['annotations', name]);
    tell(decoding, place, { path: `${path}.annotations.${name}`, message, hint });
  };
  if (common.readOnly !== undefined && readOnlyHint !== undefined && common.readOnly !== readOnlyHint) {
    told('readOnlyHint', `contradicts readOnly: ${common.readOnly}`, 'Write one of the two.');
  } else if (read_only && destructiveHint === true) {
    told(
      'destructiveHint',
      'a read-only tool destroys nothing',
      'Tools are read-only unless they say readOnly: false.',
    );
  }
  if (common.title !== undefined && title !== undefined && common.title !== title) {
    told('title', 'contradicts the title of the tool', 'Write one of the two.');
  }
}
