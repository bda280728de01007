// The source `openapi`: a web service that describes itself with an OpenAPI document, whose operations become tools.
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { namesSecret } from '../../catalog/secret-text.ts';
import type { SourceDeps, SourceKind } from '../../catalog/source.ts';
import { baseOf } from './base-url.ts';
import { bringOperations } from './bring-operations.ts';
import { openApiFields } from './openapi-config.ts';
import type { OpenApiConfig } from './openapi-config.ts';
import { readOpenApi } from './openapi-document.ts';
import type { DocumentResult } from './openapi-document.ts';
import { parseDocument } from './parse-document.ts';

export const openApiSource: SourceKind<OpenApiConfig> = {
  type: 'openapi',
  aliases: [],
  fields: openApiFields,
  variable_fields: ['headers'],
  caller_account: {
    kind: 'call',
    // Which of them an operation takes, its security schemes say.
    strategies: () => ['oauth2', 'token', 'username_password', 'custom'],
    check: ({ headers }, is_used) =>
      Object.keys(headers)
        .filter((name) => is_used && name.toLowerCase() === 'authorization')
        .map((name) => ({
          path: `headers.${name}`,
          message: "is set from the caller's credential",
          hint: 'Remove it.',
        })),
  },
  for_tenants: { origin: originOf, check: checkDefinition },
  bring: async (config, at) => {
    const { document, faults } = await loadDocument(config, at.base_folder);
    return document === undefined ? { tools: [], faults } : bringOperations(document, config, at);
  },
  open: (name, config, deps) => ({
    type: 'openapi',
    // Any answer will do: there is no path that every service has.
    probe: async (signal) => {
      const { document } = await loadDocument(config, deps.base_folder);
      const base = document === undefined ? undefined : baseOf(document, config);
      if (base === undefined || 'fault' in base) throw unavailable(name);
      await ask(base.url, { name, config, deps, signal });
    },
    close: () => Promise.resolve(),
  }),
};

/** A definition that can bring nothing is not saved. */
function checkDefinition(config: OpenApiConfig): readonly Fault[] {
  if (typeof config.document === 'string') return [no_file];
  const { document, faults } = readOpenApi(config.document);
  if (document === undefined) return faults;
  const base = baseOf(document, config);
  return 'fault' in base ? [base.fault] : [];
}

const no_file: Fault = {
  path: 'document',
  message: 'files of the server are not read for a definition',
  hint: 'Write the document itself: toolcrib openapi import does.',
};

/** Where accounts go; undefined where that is not known before a file is read, and then no tenant defines it. */
function originOf({ document, base_url }: OpenApiConfig): string | undefined {
  if (base_url !== undefined) return new URL(base_url).origin;
  const read = typeof document === 'string' ? undefined : readOpenApi(document).document;
  const base = read === undefined ? undefined : baseOf(read, {});
  return base === undefined || 'fault' in base ? undefined : base.url.origin;
}

/** Never throws. */
async function loadDocument({ document }: OpenApiConfig, base_folder: string): Promise<DocumentResult> {
  if (typeof document !== 'string') return readOpenApi(document);
  const path = resolve(base_folder, document);
  try {
    const { size } = await stat(path);
    if (size > limits.openapi_bytes) return unread(`is larger than ${limits.openapi_bytes} bytes`);
    const parsed = await parseDocument(await readFile(path, 'utf8'));
    return 'problem' in parsed ? unread(parsed.problem) : readOpenApi(parsed.value);
  } catch {
    return unread('cannot be read: there is no such file, or it is not for this server');
  }
}

function unread(message: string): DocumentResult {
  return { document: undefined, faults: [{ path: 'document', message }] };
}

interface Asking {
  readonly name: string;
  readonly config: OpenApiConfig;
  readonly deps: SourceDeps;
  readonly signal: AbortSignal;
}

async function ask(url: URL, { name, config, deps, signal }: Asking): Promise<void> {
  // Without a caller there are no secret variables.
  const headers = Object.fromEntries(Object.entries(config.headers).filter(([, value]) => !namesSecret(value)));
  try {
    await deps.http.request({ method: 'HEAD', url, headers, signal, timeout_ms: config.timeout_ms });
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError) || thrown.code !== 'upstream_unavailable') throw thrown;
    throw unavailable(name, thrown);
  }
}

function unavailable(source: string, cause?: unknown): ToolcribError {
  return new ToolcribError('source_unavailable', { params: { source }, cause });
}
