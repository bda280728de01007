// The fields of a source of the type `openapi`.
import { z } from 'zod';
import type { JsonObject } from '../../base/json.ts';
import { isJsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { headerFields } from '../http/fields.ts';
import { isBaseUrl } from './base-url.ts';

export interface OpenApiConfig {
  /** A path, or the document itself. */
  readonly document: string | JsonObject;
  readonly operations?: readonly string[] | undefined;
  readonly prefix: string;
  readonly base_url?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly check_answers: boolean;
  readonly timeout_ms: number;
}

export const openApiFields: z.ZodType<OpenApiConfig> = z.strictObject({
  document: z
    .union([z.string().min(1).max(1_000), z.custom<JsonObject>((value) => isJsonObject(value), 'Write an object')])
    .describe('The OpenAPI document: a path relative to this file (files only), or the document itself'),
  operations: z
    .array(z.string().min(1).max(500))
    .min(1)
    .max(limits.openapi_operations)
    .optional()
    .describe('Which operations: names (operationId), METHOD /path, or tags; without it, all'),
  prefix: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9_.-]*$/, 'Letters, digits, "_", "." and "-" only')
    .default('')
    .describe('Before the names of its tools'),
  base_url: z
    .string()
    .max(2_000)
    .refine((url) => isBaseUrl(url), 'Write a URL with http or https, without user, query and fragment')
    .optional()
    .describe('Where the service is; without it, the first server of the document'),
  headers: headerFields
    .default({})
    .describe('Headers of every request, such as an API key: in files only, or with secret variables'),
  check_answers: z
    .boolean()
    .default(true)
    .describe('Whether answers are held to the document; false for a service that does not keep to it'),
  timeout_ms: z
    .int()
    .min(100)
    .max(limits.call_timeout_max_ms)
    .default(limits.http_request_ms)
    .describe('The longest time of one call'),
});
