// A tool of a manifest, with what its function says of itself. The manifest's word counts where both say something: it is what
// the operator reads.
import { defined_tool } from '@toolcrib/client';
import type { AnySchema, DefinedTool, ToolAuth } from '@toolcrib/client';
import { z } from 'zod';
import { limits } from '../base/limits.ts';
import { isJsonObject } from '../base/json.ts';
import type { JsonObject } from '../base/json.ts';
import { joinPath } from '../catalog/located.ts';
import { isName, nameRule } from '../catalog/names.ts';
import type { SchemaToolDefinition } from '../catalog/schema-tool.ts';
import { toolCategories } from '../catalog/tool.ts';
import type { CredentialNeed } from '../credentials/credential.ts';
import { variableName } from '../credentials/variables.ts';
import type { ManifestTool } from './manifest.ts';
import type { PackTool } from './pack.ts';
import { toJsonSchema } from './standard-schemas.ts';

/** Tells a fault of the tool: paths are relative to it. */
export type TellTool = (path: string, message: string, hint?: string) => void;

export interface BackendPlace {
  /** Of the module, in the pack and without its ending. */
  readonly path: string;
  /** Of the export. */
  readonly name: string;
}

/** `code.module:function` and `module:function` mean the same. */
export function backendPlace(backend: string, code: string): BackendPlace {
  const [module = '', name = ''] = backend.split(':');
  const [first, ...rest] = module.split('.');
  return { path: (first === code && rest.length > 0 ? rest : module.split('.')).join('/'), name };
}

/** The part of the definition that the compiler checks for the author and nobody for whoever writes JavaScript. */
const definedSchema = z.object({
  name: z.string().refine((name) => isName(name), nameRule),
  title: z.string().max(100).optional(),
  description: z.string().trim().min(1).max(limits.pack_text_characters),
  auth: z
    .strictObject({
      system: z.string().min(1).max(limits.credential_system_characters).optional(),
      provider: z.string().min(1).max(limits.credential_system_characters).optional(),
      scopes: z.array(z.string().min(1).max(200)).max(limits.credential_scopes).optional(),
      strategies: z
        .array(z.enum(['oauth2', 'token', 'username_password', 'custom']))
        .min(1)
        .optional(),
      compatible: z.array(z.string().min(1).max(100)).max(limits.credential_systems).optional(),
    })
    .optional(),
  secrets: z.array(z.string().regex(variableName)).max(20).optional(),
  danger: z.enum(['low', 'medium', 'high', 'critical']).optional(),
  read_only: z.boolean().optional(),
  category: z.enum(toolCategories).optional(),
  timeout_ms: z.int().min(1).max(limits.call_timeout_max_ms).optional(),
  concurrency: z.int().min(1).max(10_000).optional(),
  annotations: z
    .strictObject({
      destructiveHint: z.boolean().exactOptional(),
      idempotentHint: z.boolean().exactOptional(),
      openWorldHint: z.boolean().exactOptional(),
    })
    .optional(),
  run: z.function(),
});

/** The tool of an export; undefined after telling what is wrong with it. */
export function toFunctionTool(tool: ManifestTool, found: unknown, tell: TellTool): PackTool | undefined {
  if (typeof found === 'function') return toPlainFunction(tool, found as DefinedTool['run'], tell);
  if (!isDefinedTool(found)) {
    tell('backend', 'the export is neither a function nor made with defineTool');
    return undefined;
  }
  const parsed = definedSchema.safeParse(found);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues)
      tell('backend', `defineTool: ${joinPath('', path)}: ${message}`);
    return undefined;
  }
  const defined = parsed.data;
  if (defined.name !== tool.name) {
    tell('name', `the function calls itself "${defined.name}"`, 'Both say the same name.');
    return undefined;
  }
  const need = toNeed(defined.auth as ToolAuth | undefined, tell);
  if (need === 'faulty') return undefined;
  const input_schema = tool.input_schema ?? jsonSchemaOf(found.input, 'input', tell);
  const output_schema =
    tool.output_schema ?? (found.output === undefined ? null : jsonSchemaOf(found.output, 'output', tell));
  if (input_schema === undefined || output_schema === undefined) return undefined;
  const { annotations, concurrency } = defined;
  return {
    definition: toDefinition(tool, {
      input_schema,
      ...(output_schema === null ? {} : { output_schema }),
      title: tool.title ?? defined.title,
      description: tool.description ?? defined.description,
      read_only: tool.read_only ?? defined.read_only,
      danger: tool.danger_level ?? defined.danger,
      category: tool.category ?? defined.category,
      timeout_ms: tool.timeout_ms ?? defined.timeout_ms,
      concurrency,
      annotations,
    }),
    ...{ provider: tool.provider, source_type: 'function', need, secrets: defined.secrets ?? [] },
    work: { kind: 'function', run: found.run, input: found.input, output: found.output },
  };
}

/** A function without a definition: the manifest says everything. */
function toPlainFunction(tool: ManifestTool, run: DefinedTool['run'], tell: TellTool): PackTool | undefined {
  const { input_schema, description } = tool;
  if (input_schema === undefined || description === undefined) {
    const hint = 'Write both here, or make the export with defineTool, which has them.';
    tell('', 'a plain function does not say its "description" and "input_schema"', hint);
    return undefined;
  }
  return {
    definition: toDefinition(tool, { ...ownWords(tool), description, input_schema }),
    ...{ provider: tool.provider, source_type: 'function', need: undefined, secrets: [] },
    work: { kind: 'function', run, input: undefined, output: undefined },
  };
}

export function toRemoteTool(tool: ManifestTool): PackTool {
  const { remote, input_schema, description } = tool;
  if (remote === undefined || input_schema === undefined || description === undefined) {
    throw new TypeError('A manifest with such a tool is not decoded');
  }
  return {
    definition: toDefinition(tool, { ...ownWords(tool), description, input_schema }),
    ...{ provider: tool.provider, source_type: 'remote', need: undefined, secrets: [] },
    work: { kind: 'remote', ...remote },
  };
}

function ownWords({ title, output_schema, read_only, danger_level, category, timeout_ms }: ManifestTool) {
  return { title, output_schema, read_only, danger: danger_level, category, timeout_ms };
}

type Words = { readonly [Name in keyof SchemaToolDefinition]?: SchemaToolDefinition[Name] | undefined };

function toDefinition(
  { name }: ManifestTool,
  words: Omit<Words, 'name'> & Pick<SchemaToolDefinition, 'description' | 'input_schema'>,
): SchemaToolDefinition {
  const given = Object.entries(words).filter(([, value]) => value !== undefined);
  const { description, input_schema } = words;
  return { ...Object.fromEntries(given), name, description, input_schema };
}

/** Undefined after telling why there is none. */
function jsonSchemaOf(schema: AnySchema, io: 'input' | 'output', tell: TellTool): JsonObject | undefined {
  try {
    return toJsonSchema(schema, io);
  } catch (thrown) {
    tell('backend', `defineTool: ${io} ${thrown instanceof TypeError ? thrown.message : 'cannot be read'}`);
    return undefined;
  }
}

function isDefinedTool(found: unknown): found is DefinedTool {
  return isJsonObject(found) && (found as { readonly [defined_tool]?: unknown })[defined_tool] === true;
}

/** What it needs of the caller. */
function toNeed(auth: ToolAuth | undefined, tell: TellTool): CredentialNeed | undefined | 'faulty' {
  if (auth === undefined) return undefined;
  const system = auth.system ?? auth.provider;
  if (system === undefined) {
    tell('backend', 'defineTool: auth names neither "system" nor "provider"');
    return 'faulty';
  }
  const { scopes = [], compatible = [], strategies = ['oauth2', 'token'] } = auth;
  if (scopes.length > 0 && !strategies.includes('oauth2')) {
    tell('backend', 'defineTool: only OAuth has scopes, and auth.strategies does not name oauth2');
    return 'faulty';
  }
  return { systems: [...new Set([system, ...compatible])], strategies, scopes };
}
