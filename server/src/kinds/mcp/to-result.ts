// What a server answered to a call, as a result of ours: a stranger's words, cleaned and bounded, and without the secrets that
// were sent to it.
import { cleanText } from '../../base/clean-text.ts';
import { ToolcribError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { ContentBlock, ToolResult } from '../../catalog/result.ts';
import { cleanValue } from './connection.ts';
import type { CallAnswer } from './connection.ts';

export interface ResultOf {
  readonly tool: string;
  /** Whether the tool promises a structure. */
  readonly has_schema: boolean;
  readonly secrets: readonly string[];
}

/** Throws `service_failed` with the service's words, `result_invalid`. */
export function toResult(answer: CallAnswer, { tool, has_schema, secrets }: ResultOf): ToolResult {
  const hide = hiderOf(secrets);
  const content = answer.content.map((block) => toBlock(hide(block) as JsonObject));
  if (answer.is_error) {
    const words = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
    const message = cleanText(words, limits.mcp_words_characters);
    throw new ToolcribError('service_failed', { params: { tool }, service_error: { code: 'tool_error', message } });
  }
  const { structured } = answer;
  if (structured !== undefined && (has_schema || content.length === 0)) {
    return { kind: 'value', value: cleanValue(hide(structured)) };
  }
  if (has_schema) {
    const fault = { path: '', message: 'there is no structured result' };
    throw new ToolcribError('result_invalid', { faults: [fault] });
  }
  return { kind: 'content', content };
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;
const media_type = /^[\w.+-]{1,100}\/[\w.+-]{1,100}(?:; ?[\w.+-]{1,50}=[\w.+-]{1,100})?$/;

function toBlock(block: JsonObject): ContentBlock {
  const { type, text, data, mimeType, resource } = block;
  if (type === 'text' && typeof text === 'string') return { type, text: cleanText(text) };
  if ((type === 'image' || type === 'audio') && typeof data === 'string' && isMediaType(mimeType)) {
    if (base64.test(data)) return { type, data, mimeType };
  }
  if (type === 'resource' && isJsonObject(resource)) return toResource(resource);
  if (type === 'resource_link') return toLink(block);
  return { type: 'text', text: '[something that cannot be shown here]' };
}

function toResource({ uri, mimeType, text, blob }: JsonObject): ContentBlock {
  const head = { uri: cleanUri(uri), ...(isMediaType(mimeType) ? { mimeType } : {}) };
  if (typeof text === 'string') return { type: 'resource', resource: { ...head, text: cleanText(text) } };
  if (typeof blob === 'string' && base64.test(blob)) return { type: 'resource', resource: { ...head, blob } };
  return { type: 'text', text: '[something that cannot be shown here]' };
}

function toLink({ uri, name, title, description, mimeType }: JsonObject): ContentBlock {
  return {
    type: 'resource_link',
    uri: cleanUri(uri),
    name: cleanText(typeof name === 'string' ? name : '', 200),
    ...(typeof title === 'string' ? { title: cleanText(title, 200) } : {}),
    ...(typeof description === 'string' ? { description: cleanText(description, limits.mcp_words_characters) } : {}),
    ...(isMediaType(mimeType) ? { mimeType } : {}),
  };
}

function cleanUri(uri: JsonValue | undefined): string {
  return cleanText(typeof uri === 'string' ? uri : '', 2_000).replaceAll(/\s/g, '');
}

function isMediaType(value: unknown): value is string {
  return typeof value === 'string' && media_type.test(value);
}

/** A shorter value is found in texts that have nothing to do with it. */
const shortest = 6;

/** A server that repeats what it was sent must not show a model a secret. A help, not a wall. */
function hiderOf(secrets: readonly string[]): (value: JsonValue) => JsonValue {
  const found = secrets.filter(({ length }) => length >= shortest).toSorted((a, b) => b.length - a.length);
  if (found.length === 0) return (value) => value;
  const hide = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return found.reduce((text, secret) => text.replaceAll(secret, '[secret]'), value);
    if (Array.isArray(value)) return value.map((item: JsonValue) => hide(item));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hide(item)] as const));
  };
  return hide;
}
