// What a function of a pack has returned, as the result of its call: plain JSON or content, and nothing that would be lost or
// changed in silence on its way to the caller.
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import type { JsonValue } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { joinPath } from '../catalog/located.ts';
import type { ContentBlock, ToolResult } from '../catalog/result.ts';
import { contentSchema } from './content-schema.ts';

/** Throws `result_invalid` with the places. */
export function toResult(returned: unknown): ToolResult {
  const { value, faults } = toJson(returned);
  if (faults.length > 0) throw new ToolcribError('result_invalid', { faults });
  const content = contentOf(value);
  return content === undefined ? { kind: 'value', value } : { kind: 'content', content };
}

/** `{content: […]}` and nothing else beside it. */
function contentOf(value: JsonValue): readonly ContentBlock[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (Object.keys(value).length !== 1 || !('content' in value) || !Array.isArray(value.content)) return undefined;
  const read = contentSchema.safeParse(value.content);
  return read.success ? read.data : undefined;
}

/** A copy of plain JSON; fields that are undefined are left out, as in JSON. */
export function toJson(value: unknown): { readonly value: JsonValue; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const tell = (path: readonly PropertyKey[], message: string): null => {
    if (faults.length < limits.faults_logged) faults.push({ path: joinPath('', path), message });
    return null;
  };
  const copy = (item: unknown, path: readonly PropertyKey[]): JsonValue => {
    if (item === null || typeof item === 'string' || typeof item === 'boolean') return item;
    if (typeof item === 'number')
      return Number.isFinite(item) ? item : tell(path, `is ${item}, which JSON does not have`);
    if (item === undefined) return null;
    if (typeof item === 'bigint') return Number.isSafeInteger(Number(item)) ? Number(item) : tell(path, 'is a bigint');
    if (typeof item !== 'object') return tell(path, `is a ${typeof item}, which is not JSON`);
    if (path.length > limits.json_depth) return tell(path, `is nested deeper than ${limits.json_depth} levels`);
    if (Array.isArray(item)) return item.map((inner: unknown, index) => copy(inner, [...path, index]));
    const prototype: unknown = Object.getPrototypeOf(item);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      return tell(path, `is a ${item.constructor.name}, which is not plain JSON`);
    }
    const entries = Object.entries(item).filter(([, inner]) => inner !== undefined);
    return Object.fromEntries(entries.map(([key, inner]) => [key, copy(inner, [...path, key])]));
  };
  return { value: copy(value, []), faults };
}
