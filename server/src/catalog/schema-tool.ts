// A tool whose arguments are described by a JSON Schema of its own, instead of parameters in a tool file: functions of packs,
// operations of an OpenAPI document, tools of other servers.
import { createHash } from 'node:crypto';
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import { canonicalJson, isJsonObject } from '../base/json.ts';
import type { JsonObject } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import type { CredentialNeed } from '../credentials/credential.ts';
import { compileSchema } from './json-schema.ts';
import type { Arguments } from './parameters.ts';
import type { DangerLevel, RunTool, Tool, ToolAnnotations, ToolCategory, ToolScope } from './tool.ts';

/** All of it is public and none of it is secret. */
export interface SchemaToolDefinition {
  /** By the rule of names.ts. */
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly input_schema: JsonObject;
  readonly output_schema?: JsonObject;
  /** Changes nothing; false when absent. */
  readonly read_only?: boolean;
  /** `low` for what is read-only, else `medium`, when absent. */
  readonly danger?: DangerLevel;
  readonly annotations?: ToolAnnotations;
  readonly category?: ToolCategory;
  /** Whose words name, description and schemas are: true when a third party wrote them, which a model must not obey. */
  readonly untrusted?: boolean;
  readonly timeout_ms?: number;
  readonly concurrency?: number;
  /** What else makes it another tool when it changes: the path of an operation, the version of a pack. */
  readonly revision?: unknown;
}

export interface SchemaToolParts {
  /** The type of its kind: `function`, `mcp`, `openapi`. */
  readonly kind: string;
  readonly scope: ToolScope;
  /** Name of its source, where it has one. */
  readonly source?: string;
  readonly source_revision?: string;
  readonly credential_need?: CredentialNeed;
  readonly variables?: readonly string[];
  readonly run: RunTool;
}

/** Throws `config_invalid` for schemas that are not taken, with paths below `input_schema` and `output_schema`. */
export function toSchemaTool(definition: SchemaToolDefinition, parts: SchemaToolParts): Tool {
  const { read_only = false, timeout_ms = limits.call_timeout_ms, concurrency = limits.tool_concurrency } = definition;
  const { name, title, description, annotations, category, untrusted, input_schema, output_schema } = definition;
  const input = compileAt('input_schema', input_schema);
  const output = output_schema === undefined ? undefined : compileAt('output_schema', output_schema);
  return {
    name,
    ...(title === undefined ? {} : { title }),
    description,
    ...parts,
    parameters: [],
    input_schema,
    ...(output_schema === undefined || output === undefined
      ? {}
      : { output_schema, checkResult: (value: unknown) => output.check(value) }),
    read_only,
    danger: definition.danger ?? (read_only ? 'low' : 'medium'),
    ...(annotations === undefined ? {} : { annotations }),
    ...(category === undefined ? {} : { category }),
    ...(untrusted === true ? { untrusted } : {}),
    timeout_ms,
    concurrency,
    result_limits: { rows: limits.result_rows, bytes: limits.result_bytes },
    version: createHash('sha256')
      .update(canonicalJson({ ...definition, kind: parts.kind, source: parts.source }))
      .digest('hex')
      .slice(0, 16),
    validate: (args) => checked(name, args ?? {}, (value) => input.check(value)),
  };
}

function compileAt(path: string, schema: JsonObject): ReturnType<typeof compileSchema> {
  try {
    return compileSchema(schema);
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError)) throw thrown;
    const faults = thrown.faults.map((fault) => ({
      ...fault,
      path: fault.path === '' ? path : `${path}.${fault.path}`,
    }));
    throw new ToolcribError('config_invalid', { params: { count: faults.length }, faults });
  }
}

function checked(tool: string, args: unknown, check: (value: unknown) => readonly Fault[]): Arguments {
  const faults = isJsonObject(args) ? check(args) : [{ path: '', message: 'must be an object with the arguments' }];
  if (faults.length > 0) throw new ToolcribError('arguments_invalid', { params: { tool }, faults });
  return args as Arguments;
}
