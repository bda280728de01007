// What a web service has answered, as the result of a tool: JSON as a value, text as text, anything else as base64.
import { ToolcribError } from '../../base/errors.ts';
import type { HttpAnswer, HttpMethod } from '../../base/http-client.ts';
import { limits } from '../../base/limits.ts';
import type { JsonValue } from '../../base/json.ts';
import type { ContentBlock, ToolResult } from '../../catalog/result.ts';

/** The result. Throws `upstream_refused` for a status that is no success. */
export function readAnswer(
  answer: HttpAnswer,
  { method, call_id }: { method: HttpMethod; call_id: string },
): ToolResult {
  const { status, headers, body } = answer;
  if (status < 200 || status > 299) throw refused(status, headers.get('retry-after'));
  if (method === 'HEAD') return { kind: 'value', value: { status } };
  if (body.length === 0) return { kind: 'value', value: null };
  const { type, charset } = mediaType(headers.get('content-type'));
  if (type === 'application/json' || type.endsWith('+json')) {
    const json = readJson(body.toString('utf8'));
    if (json !== undefined) return { kind: 'value', value: json };
  }
  const text = isText(type) ? decodeText(body, charset) : undefined;
  if (text === undefined) return { kind: 'content', content: [binaryBlock(body, type, call_id)] };
  const guessed = type === '' ? readJson(text) : undefined;
  return guessed === undefined
    ? { kind: 'content', content: [{ type: 'text', text }] }
    : { kind: 'value', value: guessed };
}

function refused(status: number, retry_after: string | undefined): ToolcribError {
  const seconds = retry_after !== undefined && /^\d{1,5}$/.test(retry_after) ? Number(retry_after) : undefined;
  return new ToolcribError('upstream_refused', {
    params: { status },
    ...(seconds === undefined ? {} : { retry_after_s: seconds }),
  });
}

interface MediaType {
  /** In lower case; empty when the answer does not say. */
  readonly type: string;
  readonly charset: string;
}

function mediaType(header: string | undefined): MediaType {
  const [type = '', ...parameters] = (header ?? '').toLowerCase().split(';');
  const charset = parameters
    .map((one) => /^\s*charset="?([^"\s]+)"?\s*$/.exec(one)?.[1])
    .find((one) => one !== undefined);
  const is_type = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(type.trim());
  return { type: is_type ? type.trim() : '', charset: charset ?? 'utf-8' };
}

function isText(type: string): boolean {
  if (type === '' || type.startsWith('text/') || type.endsWith('+xml') || type.endsWith('json')) return true;
  return /^application\/(xml|yaml|x-yaml|toml|javascript|x-www-form-urlencoded|x-ndjson|graphql|sql)$/.test(type);
}

/** Undefined when the bytes are no text in this encoding. */
function decodeText(body: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** Undefined when it is no JSON, or nested deeper than anybody can use. Numbers keep all their digits. */
function readJson(text: string): JsonValue | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    if (isDeeper(value, limits.json_depth)) return undefined;
    // Only a long number can have lost digits.
    return /[\d.]{16}/.test(text) ? (JSON.parse(text, exactNumber) as JsonValue) : value;
  } catch {
    return undefined;
  }
}

function isDeeper(value: JsonValue, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner: JsonValue) => isDeeper(inner, depth - 1));
}

/** A number that a double cannot hold stays text, so that no digit is lost. */
function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined) return value;
  const is_whole = /^-?\d+$/.test(source);
  const digits = source.replace(/[eE].*$/, '').replaceAll(/[-.]|^0+/g, '').length;
  return is_whole ? (Number.isSafeInteger(value) ? value : source) : digits > 15 ? source : value;
}

function binaryBlock(body: Buffer, type: string, call_id: string): ContentBlock {
  const data = body.toString('base64');
  const [family] = type.split('/');
  if (family === 'image' || family === 'audio') return { type: family, data, mimeType: type };
  // Bytes that do not say what they are: the address they came from is not told.
  const mimeType = type === '' ? 'application/octet-stream' : type;
  return { type: 'resource', resource: { uri: `urn:toolcrib:call:${call_id}`, mimeType, blob: data } };
}
