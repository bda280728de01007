// Headers and query parameters as a file writes them, and what a header's name and value may be.
import { z } from 'zod';
import { isOwnHeader } from '../../base/http-client.ts';
import { limits } from '../../base/limits.ts';

/** A token (RFC 9110, 5.6.2). */
const header_name = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible characters, space and tab (RFC 9110, 5.5): nothing that could end the header and begin another. */
const header_value = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Why a header of this name cannot be given, or undefined when it can. */
export function headerNameProblem(name: string): string | undefined {
  if (!header_name.test(name)) return 'is no name of a header';
  return isOwnHeader(name) ? 'is a header that the server sets itself' : undefined;
}

export function isHeaderValue(value: string): boolean {
  return header_value.test(value);
}

export const headerFields = z
  .record(
    z.string().refine((name) => headerNameProblem(name) === undefined, 'No name of a header that can be given'),
    z.string().max(limits.http_header_bytes).refine(isHeaderValue, 'A header has no line breaks or control characters'),
  )
  .refine((headers) => Object.keys(headers).length <= limits.http_fields, `At most ${limits.http_fields}`)
  .refine(
    (headers) => new Set(Object.keys(headers).map((name) => name.toLowerCase())).size === Object.keys(headers).length,
    'A header is named twice',
  );

export const queryFields = z
  .record(z.string().min(1), z.string().max(limits.http_header_bytes))
  .refine((query) => Object.keys(query).length <= limits.http_fields, `At most ${limits.http_fields}`);
