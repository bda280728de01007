// What the official conformance suite runs as the client: our source `mcp`, without a server around it. The last word is the address
// of the suite's server: its tools are listed, and each is called with arguments that fit its schema.
import { systemClock } from '../../server/src/base/clock.ts';
import { createHttpClient } from '../../server/src/base/http-client.ts';
import { isJsonObject } from '../../server/src/base/json.ts';
import type { JsonObject, JsonValue } from '../../server/src/base/json.ts';
import { createLog } from '../../server/src/base/log.ts';
import { toSnapshot } from '../../server/src/catalog/mirror.ts';
import { mcpServerOf } from '../../server/src/kinds/mcp/mirrored-server.ts';
import { mcpSource } from '../../server/src/kinds/mcp/mcp-source.ts';
import { runContext } from '../support/run-context.ts';

const http = createHttpClient({ allowed_private: ['127.0.0.1', '::1', 'localhost'] });
const config = mcpSource.fields.parse({ url: process.argv.at(-1), prefix: '' });
const deps = { clock: systemClock, log: createLog({ level: 'silent' }), http, base_folder: '.' };
const source = mcpSource.open('suite', config, deps);
const signal = AbortSignal.timeout(25_000);

const listing = await mcpServerOf(source).look({ tenant_id: 'tenant-1', user_id: 'user-1', http }, signal);
const at = {
  name: 'suite',
  scope: { kind: 'system' },
  base_folder: '.',
  need: undefined,
  snapshot: toSnapshot(listing),
} as const;
const brought = await mcpSource.bring?.(config, at);
for (const { definition, prepare } of brought?.tools ?? []) {
  const ctx = runContext({
    http,
    signal,
    pauses: { handOff: () => Promise.reject(new Error('none')), ask: ({ schema }) => Promise.resolve(filled(schema)) },
  });
  await prepare(source)(filled(definition.input_schema) as never, ctx).catch((error: unknown) =>
    process.stderr.write(`${definition.name}: ${String(error)}\n`),
  );
}
await source.close();
await http.close();

/** A value for every property. */
function filled({ properties }: JsonObject): JsonObject {
  if (!isJsonObject(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, isJsonObject(schema) ? valueFor(schema) : 'x'] as const),
  );
}

function valueFor({ type, default: preset, enum: choices }: JsonObject): JsonValue {
  if (preset !== undefined) return preset;
  if (Array.isArray(choices)) return (choices as readonly JsonValue[])[0] ?? null;
  switch (type) {
    case 'number':
    case 'integer':
      return 5;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return {};
    default:
      return 'x';
  }
}
