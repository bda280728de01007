// A tool as another server describes it: a stranger's words (attack A20). It is bounded and pinned by the hash of what was sent;
// what is shown of it is cleaned. What would have to be changed to be harmless is refused instead.
import { createHash } from 'node:crypto';
import { cleanLine, cleanText, hasUnseen } from '../../base/clean-text.ts';
import { canonicalJson, isJsonObject } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { hasGoodHeaders } from './header-parameters.ts';
import type { MirroredTool, RefusedTool } from '../../catalog/mirror.ts';

export type ReadDefinition = { readonly tool: MirroredTool } | { readonly refused: RefusedTool };

/** `sent` is an entry of the list that the server has answered. */
export function readDefinition(sent: JsonObject): ReadDefinition {
  const { name, title, description, inputSchema, outputSchema, annotations } = sent;
  const shown = typeof name === 'string' ? cleanLine(name, limits.mcp_name_characters) : '';
  const refuse = (problem: string): ReadDefinition => ({ refused: { name: shown, problem } });
  if (typeof name !== 'string' || name === '') return refuse('has no name');
  if (name !== shown) return refuse('has a name that cannot be shown as it is');
  // All that a model or a person gets to see, and what calls are checked against; icons and the like are not kept.
  const pinned = { name, title, description, inputSchema, outputSchema, annotations } as JsonObject;
  const text = canonicalJson(withoutUndefined(pinned));
  if (text.length > limits.mcp_tool_characters) {
    return refuse(`is described in more than ${limits.mcp_tool_characters} characters`);
  }
  if (!isJsonObject(inputSchema)) return refuse('has no schema of its arguments');
  if (!hasGoodHeaders(inputSchema)) return refuse('asks for headers that the specification does not allow');
  const input = cleanSchema(inputSchema, 0);
  const output = isJsonObject(outputSchema) ? cleanSchema(outputSchema, 0) : null;
  if (input === undefined || output === undefined) {
    return refuse('has a schema with characters that cannot be seen, or nested too deep');
  }
  const definition: JsonObject = {
    name,
    ...(typeof title === 'string' ? { title: cleanLine(title, 200) } : {}),
    description: typeof description === 'string' ? cleanText(description, limits.mcp_description_characters) : '',
    input_schema: input,
    ...(output === null ? {} : { output_schema: output }),
    ...(isJsonObject(annotations) ? { annotations: booleansOf(annotations) } : {}),
  };
  return { tool: { name, hash: createHash('sha256').update(text).digest('hex'), definition } };
}

function withoutUndefined(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** What is for reading only is cleaned; undefined where a name or a value says something else than is seen. */
function cleanSchema(value: JsonValue, depth: number): JsonValue | undefined {
  if (depth > limits.mcp_schema_depth) return undefined;
  if (typeof value === 'string') return hasUnseen(value) ? undefined : value;
  if (Array.isArray(value)) {
    const items = (value as readonly JsonValue[]).map((item) => cleanSchema(item, depth + 1));
    return items.includes(undefined) ? undefined : (items as readonly JsonValue[]);
  }
  if (!isJsonObject(value)) return value;
  const entries: [string, JsonValue][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (hasUnseen(key)) return undefined;
    if (typeof item === 'string' && texts.has(key)) {
      entries.push([key, cleanText(item, limits.mcp_description_characters)]);
      continue;
    }
    const clean = cleanSchema(item, depth + 1);
    if (clean === undefined) return undefined;
    entries.push([key, clean]);
  }
  return Object.fromEntries(entries);
}

const texts: ReadonlySet<string> = new Set(['title', 'description', '$comment']);

function booleansOf(annotations: JsonObject): JsonObject {
  return Object.fromEntries(
    ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'].flatMap((name) =>
      typeof annotations[name] === 'boolean' ? [[name, annotations[name]]] : [],
    ),
  );
}
