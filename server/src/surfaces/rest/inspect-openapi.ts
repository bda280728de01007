// POST /v1/openapi/inspect: what an OpenAPI document offers, and the part of it that a source can be defined with. A URL is
// fetched by the guarded client, on behalf of the tenant.
import type { Fault, JsonObject, OpenapiInspection } from '@toolcrib/client';
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import type { HttpClient } from '../../base/http-client.ts';
import { limits } from '../../base/limits.ts';
import { createPause } from '../../base/pause.ts';
import type { TenantHttp } from '../../base/tenant-http.ts';
import { inspectDocument } from '../../kinds/openapi/inspect-document.ts';
import { readOpenApi } from '../../kinds/openapi/openapi-document.ts';
import { parseDocument } from '../../kinds/openapi/parse-document.ts';
import { definitionFields } from './definition-schemas.ts';
import type { Operation } from './operation.ts';
import { fault, jsonObject } from './schemas.ts';

const body = z
  .strictObject({
    url: z.string().min(1).max(2_000).optional().describe('Where the document is: JSON or YAML'),
    document: z
      .union([z.string().min(1), definitionFields])
      .optional()
      .describe('The document itself: as an object, or as text in JSON or YAML'),
    operations: z
      .array(z.string().min(1).max(500))
      .min(1)
      .max(limits.openapi_operations)
      .optional()
      .describe('Only these: operationId, METHOD /path, or tags; without it, all'),
  })
  .refine(({ url, document }) => (url === undefined) !== (document === undefined), 'Give either "url" or "document"');

export const inspectOpenapi: Operation<unknown, z.output<typeof body>, OpenapiInspection> = {
  id: 'inspectOpenapi',
  method: 'POST',
  path: '/v1/openapi/inspect',
  summary: 'Look into an OpenAPI document before making tools of it',
  guard: { kind: 'permission', permission: 'tools.write' },
  audit: { kind: 'none', reason: 'changes nothing' },
  params: {},
  body,
  output: z.object({
    title: z.string(),
    version: z.string(),
    servers: z.array(z.string()).describe('Whole URLs; others need a base_url'),
    security_schemes: z.array(z.object({ name: z.string(), type: z.string() })),
    operations: z.array(
      z.object({
        name: z.string().describe('operationId, else METHOD /path'),
        method: z.string(),
        path: z.string(),
        tags: z.array(z.string()),
        summary: z.string(),
        deprecated: z.boolean(),
        tool: z.string().nullable().describe('Name of its tool, without prefix; null when it cannot be one'),
      }),
    ),
    faults: z.array(fault).describe('What cannot be used, and why'),
    document: jsonObject
      .nullable()
      .describe('The chosen operations with what they refer to: the field "document" of a source of the type openapi'),
  }),
  errors: ['address_refused', 'upstream_unavailable', 'result_too_large', 'calls_limited'],
  handle: async ({ principal: { tenant_id }, body: { url, document, operations } }, { tenant_http, clock }) => {
    const leave = enter(tenant_http, tenant_id);
    try {
      const loaded = await load({ url, document }, tenant_http.of(tenant_id));
      if ('problem' in loaded) return unusable([{ path: 'document', message: loaded.problem }]);
      const read = readOpenApi(loaded.value);
      if (read.document === undefined) return unusable(read.faults);
      const { found, part } = await inspectDocument(read.document, operations, createPause(clock));
      return { ...found, document: part };
    } finally {
      leave();
    }
  },
};

/** Inspections under way by tenant, of one server: they share few threads, which are everybody's. */
const inspections = new WeakMap<TenantHttp, Map<string, number>>();

/** Throws `calls_limited`; gives what ends the place. */
function enter(server: TenantHttp, tenant_id: string): () => void {
  const running = inspections.get(server) ?? new Map<string, number>();
  inspections.set(server, running);
  const before = running.get(tenant_id) ?? 0;
  if (before >= limits.openapi_inspections) {
    const params = { scope: 'this tenant', retry_after_s: 1 };
    throw new ToolcribError('calls_limited', { params, retry_after_s: 1 });
  }
  running.set(tenant_id, before + 1);
  return () => {
    const left = (running.get(tenant_id) ?? 1) - 1;
    if (left > 0) running.set(tenant_id, left);
    else running.delete(tenant_id);
  };
}

type Loaded = { readonly value: unknown } | { readonly problem: string };

async function load(
  { url, document }: { readonly url?: string | undefined; readonly document?: string | JsonObject | undefined },
  client: HttpClient,
): Promise<Loaded> {
  if (url === undefined) return typeof document === 'string' ? parseDocument(document) : { value: document };
  const { status, body: bytes } = await client.request({
    url,
    headers: { accept: 'application/json, application/yaml;q=0.9, */*;q=0.5' },
    timeout_ms: limits.http_request_ms,
    limit_bytes: limits.openapi_fetched_bytes,
    redirects: limits.http_redirects,
  });
  // Nothing of the answer is shown: it may come from where the caller could not look.
  return status === 200 ? parseDocument(bytes.toString('utf8')) : { problem: `the URL was answered with ${status}` };
}

function unusable(faults: readonly Fault[]): OpenapiInspection {
  const nothing = { title: '', version: '', servers: [], security_schemes: [], operations: [], document: null };
  return { ...nothing, faults };
}
