// One request to a public address. No account is sent along, and none can be: a secret among the arguments would stand in
// transcripts and records.
import { ToolError, defineTool } from '@toolcrib/client';
import type { ToolContext } from '@toolcrib/client';
import { z } from 'zod';

const secret_headers: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key']);
const shown_headers = ['content-type', 'content-language', 'last-modified', 'etag', 'location', 'retry-after', 'link'];
const text_types = /^(text\/|application\/(json|xml|[\w.+-]+\+(json|xml)|x-www-form-urlencoded|javascript)\b)/i;

export const httpRequest = defineTool({
  name: 'http_request',
  title: 'Send an HTTP request',
  description:
    'Sends one HTTP request to a public address and shows the answer, whatever its status. Follows no redirection: see the header location. Takes no credentials.',
  input: z.object({
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
    url: z.string().min(8).max(4_000).describe('http:// or https://'),
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/), z.string().regex(/^[\t -~]{0,2000}$/)).optional(),
    body: z.string().max(200_000).optional(),
    max_characters: z.int().min(100).max(100_000).default(20_000).describe('Of the answer that are shown'),
  }),
  output: z.object({
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    text: z.string().nullable().describe('null: the answer is no text'),
    size_bytes: z.int(),
    truncated: z.boolean(),
  }),
  danger: 'high',
  category: 'automation',
  annotations: { openWorldHint: true },
  run: async ({ method, url: written, headers = {}, body, max_characters }, ctx) => {
    const url = addressOf(written, ctx);
    const secret = Object.keys(headers).find((name) => secret_headers.has(name.toLowerCase()));
    if (secret !== undefined) {
      throw new ToolError(
        'header_refused',
        `The header ${secret} would carry a secret; use a tool with an account instead.`,
      );
    }
    if (body !== undefined && (method === 'GET' || method === 'HEAD')) {
      throw new ToolError('invalid_request', `A ${method} request has no body.`);
    }
    const response = await ctx.fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: ctx.signal,
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = textOf(bytes, response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: Object.fromEntries(
        shown_headers.flatMap((name) => {
          const value = response.headers.get(name);
          return value === null ? [] : [[name, value] as const];
        }),
      ),
      text: text?.slice(0, max_characters) ?? null,
      size_bytes: bytes.length,
      truncated: (text?.length ?? 0) > max_characters,
    };
  },
});

/** Which addresses are private is known where the request goes out; here, only the tenant's own list is looked at. */
function addressOf(written: string, { config }: Pick<ToolContext, 'config'>): URL {
  const url = URL.parse(written);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new ToolError(
      'invalid_request',
      'The address is none that begins with http:// or https:// and has no user in it.',
    );
  }
  const hosts = String(config['allowed_hosts'] ?? '')
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter(Boolean);
  const fits = hosts.some(
    (host) => url.hostname === host || (host.startsWith('*.') && url.hostname.endsWith(host.slice(1))),
  );
  if (hosts.length > 0 && !fits) {
    throw new ToolError('host_refused', `Requests go to these hosts only: ${hosts.slice(0, 20).join(', ')}.`);
  }
  return url;
}

function textOf(bytes: Uint8Array, type: string): string | undefined {
  if (bytes.length === 0) return '';
  if (type !== '' && !text_types.test(type)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
