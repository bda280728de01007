// The path of a request: fixed text with values in it. A value is a piece of one segment and nothing more: it cannot add a
// segment, leave one, begin the query or reach another host.
import type { ArgumentValue, Arguments } from '../../catalog/parameters.ts';
import { parseTemplate } from './template.ts';
import type { TemplatePart } from './template.ts';
import { plainText } from './values.ts';

export interface PathTemplate {
  /** Before the first `?`. */
  readonly path: readonly TemplatePart[];
  /** After it, in pairs. */
  readonly query: readonly { readonly name: string; readonly value: readonly TemplatePart[] }[];
}

/** Functions that MCP Toolbox has for paths: values are encoded with and without them. */
export const pathFilters: ReadonlySet<string> = new Set(['pathEscape', 'queryEscape']);

/** What is wrong with the fixed text of a path; undefined when nothing is. */
export function pathProblem(written: string): string | undefined {
  const fixed = written.replaceAll(/\{\{.*?\}\}/g, 'x');
  const [path = '', query] = fixed.split('?', 2);
  if (/[\s\\#\p{Cc}]/u.test(fixed)) return 'must have no spaces, backslashes, control characters or "#"';
  if (path.startsWith('//') || /^[a-z][a-z0-9+.-]*:/i.test(path))
    return 'must be relative to the base URL of the source';
  if (path.split('/').some((segment) => isDots(segment))) return 'must not contain the segments "." and ".."';
  if (/%(?![0-9a-f]{2})/i.test(fixed) || /%(?:2f|5c|00)/i.test(path)) return 'is not encoded as a URL should be';
  if (!isDecodable(fixed)) return 'is not encoded as a URL should be';
  if (fixed.split('?').length > 2) return 'must have one "?" at most';
  // The names of a query are the author's: with a value in one, a caller could choose it.
  const names = query === undefined ? [] : queryPairs(written.slice(written.indexOf('?') + 1)).map(([name]) => name);
  return names.some((name) => name.includes('{{')) ? 'must not have placeholders in the names of its query' : undefined;
}

export function parsePath(written: string): PathTemplate {
  const at = written.replaceAll(/\{\{.*?\}\}/g, (found) => 'x'.repeat(found.length)).indexOf('?');
  const path = at < 0 ? written : written.slice(0, at);
  const query = at < 0 ? [] : queryPairs(written.slice(at + 1));
  return {
    path: parseTemplate(path).parts,
    query: query.map(([name, value]) => ({ name: decodeQuery(name), value: decodeTexts(parseTemplate(value).parts) })),
  };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function queryPairs(query: string): readonly (readonly [string, string])[] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    });
}

function decodeTexts(parts: readonly TemplatePart[]): readonly TemplatePart[] {
  return parts.map((part) => (part.kind === 'text' ? { ...part, text: decodeQuery(part.text) } : part));
}

/** A fixed piece of a query as the text that it stands for. */
function decodeQuery(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** The path with its values, encoded; undefined with the name of the value that cannot stand in one. */
export function fillPath(
  parts: readonly TemplatePart[],
  args: Arguments,
): { readonly path: string } | { readonly refused: string } {
  let path = '';
  let last: string | undefined;
  for (const part of parts) {
    if (part.kind === 'text') path += part.text;
    else {
      const value = args[part.name] ?? null;
      if (!isPieceOfSegment(value)) return { refused: part.name };
      path += encodeURIComponent(plainText(value));
      last = part.name;
    }
  }
  // Two values, or a value and fixed text, can be dots together.
  if (last !== undefined && path.split('/').some((segment) => isDots(segment))) return { refused: last };
  return { path };
}

function isPieceOfSegment(value: ArgumentValue): boolean {
  if (value === null || Array.isArray(value) || (typeof value === 'object' && value !== null)) return false;
  const text = plainText(value);
  // What is decoded twice on the way must not become a slash or dots either.
  return text !== '' && text.isWellFormed() && !/[/\\\p{Cc}]|%(?:2f|5c|2e|00|25)/iu.test(text) && !isDots(text);
}

/** `.` and `..`, in every spelling that URLs know. */
function isDots(segment: string): boolean {
  return /^(?:\.|%2e){1,2}$/i.test(segment);
}
