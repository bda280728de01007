// The order of the layers (ARCHITECTURE.md) and which layer may use which package. Nothing else knows the order.
import { posix } from 'node:path';
import type { Finding, SourceFile } from './source-file.ts';

/** From the bottom up: a folder of server/src imports from itself and from those before it. */
const server_layers = [
  'base',
  'store',
  'ledger',
  'identity',
  'credentials',
  'files',
  'catalog',
  'kinds',
  'packs',
  'definitions',
  'interactions',
  'invoke',
  'surfaces',
  'cli',
];

/** Layers that may use less than everything below them. */
const narrow_layers: Readonly<Record<string, readonly string[]>> = { kinds: ['base', 'catalog', 'kinds'] };

/** Folders outside server/src and what of the repository each may import. Scripts, tests and benches may import anything. */
const outer_folders: Readonly<Record<string, readonly string[]>> = {
  client: ['client'],
  dashboard: ['dashboard', 'client'],
};

/** Packages that belong to some layers only, so that a layer's promise ("no surface knows SQL") can be kept. */
const package_layers: Readonly<Record<string, { readonly layers: readonly string[]; readonly instead: string }>> = {
  pg: { layers: ['store', 'kinds'], instead: 'go through the store, or through a source kind' },
  'pg-protocol': { layers: ['store', 'kinds'], instead: 'go through the store, or through a source kind' },
  kysely: {
    layers: ['store', 'ledger', 'identity', 'credentials', 'files', 'packs', 'definitions', 'interactions'],
    instead: 'call a function of the layer that owns the table',
  },
  '@electric-sql/pglite': { layers: ['store'], instead: 'go through the store' },
  pino: { layers: ['base'], instead: 'take a Log (base/log.ts) as a dependency' },
  uuid: { layers: ['base'], instead: 'take Ids (base/ids.ts) as a dependency' },
  'node:http': { layers: ['surfaces'], instead: 'keep HTTP in surfaces/' },
  'node:https': { layers: ['surfaces'], instead: 'keep HTTP in surfaces/' },
  'node:http2': { layers: [], instead: 'take an HttpClient (base/http-client.ts), which reaches nothing private' },
  'node:net': { layers: ['base', 'kinds', 'surfaces'], instead: 'go through a source kind, or take an HttpClient' },
  'node:tls': { layers: ['base', 'kinds'], instead: 'go through a source kind, or take an HttpClient' },
  'node:dgram': { layers: [], instead: 'take an HttpClient (base/http-client.ts), which reaches nothing private' },
  'node:dns': { layers: ['base'], instead: 'take an HttpClient (base/http-client.ts), which resolves what it checks' },
  undici: { layers: ['base'], instead: 'take an HttpClient (base/http-client.ts), which reaches nothing private' },
  'openid-client': { layers: ['credentials'], instead: 'take a ProviderEndpoint, or the issuers of single sign-on' },
  'ipaddr.js': { layers: ['base'], instead: 'ask the guard of addresses (base/address-guard.ts)' },
  '@modelcontextprotocol/client': { layers: ['kinds'], instead: 'go through a source of the kind `mcp`' },
  '@modelcontextprotocol/core': { layers: ['surfaces'], instead: 'keep MCP in surfaces/mcp/' },
};

/** Findings on what a file imports: layers, packages, and the form of the path. */
export function layerFindings(file: SourceFile): readonly Finding[] {
  const layer = serverLayer(file.path);
  if (layer !== undefined && layer !== 'top' && !server_layers.includes(layer)) {
    const message = `server/src/${layer}/ is not a layer: use one of ${server_layers.join(', ')}, or change ARCHITECTURE.md`;
    return [{ path: file.path, line: 1, message }];
  }
  return file.imports.flatMap(({ specifier, line }) => {
    const problem = specifier.startsWith('.') ? relativeProblem(file, specifier) : packageProblem(file, specifier);
    return problem === undefined ? [] : [{ path: file.path, line, message: problem }];
  });
}

function relativeProblem(file: SourceFile, specifier: string): string | undefined {
  if (!/\.(ts|js|json)$/.test(specifier)) return `Import "${specifier}" without its ending: write "${specifier}.ts"`;
  const target = posix.join(posix.dirname(file.path), specifier);
  if (file.is_test && target.startsWith('test/support/')) return undefined;
  const from_layer = serverLayer(file.path);
  if (from_layer !== undefined) return serverProblem(from_layer, target);
  const allowed = outer_folders[topFolder(file.path)];
  if (allowed === undefined || allowed.includes(topFolder(target))) return undefined;
  return `${topFolder(file.path)}/ imports nothing of ${topFolder(target)}/: import wire types from @toolcrib/client`;
}

function serverProblem(from_layer: string, target: string): string | undefined {
  const to_layer = serverLayer(target);
  if (to_layer === undefined) {
    if (topFolder(target) === 'server') return undefined;
    return `The server imports nothing of ${topFolder(target)}/: use @toolcrib/client for wire types, or move the code here`;
  }
  const narrow = narrow_layers[from_layer];
  if (narrow !== undefined && !narrow.includes(to_layer)) {
    return `${from_layer}/ imports only ${narrow.join('/, ')}/, not ${to_layer}/: take what it needs as a dependency`;
  }
  if (height(to_layer) <= height(from_layer)) return undefined;
  return `${from_layer}/ is below ${to_layer}/ and must not import it: move the code down, or take it as a dependency`;
}

function packageProblem(file: SourceFile, specifier: string): string | undefined {
  if (file.is_test) return undefined;
  if (topFolder(file.path) === 'client') {
    return `The client has no dependencies: do without "${specifier}", or take it as an option`;
  }
  const layer = serverLayer(file.path);
  if (layer === undefined) return undefined;
  const owner = Object.entries(package_layers).find(([name]) => specifier === name || specifier.startsWith(`${name}/`));
  if (owner === undefined || owner[1].layers.includes(layer)) return undefined;
  return `"${owner[0]}" is used only in ${owner[1].layers.join('/, ')}/: ${owner[1].instead}`;
}

/** The folder of server/src that a file lies in, `top` for files beside those folders. */
function serverLayer(path: string): string | undefined {
  const parts = path.split('/');
  if (parts[0] !== 'server' || parts[2] === undefined) return undefined;
  return parts[3] === undefined || parts[1] === 'bin' ? 'top' : parts[2];
}

/** Files beside the folders (the composition root) stand with the CLI: each may start the other. */
function height(layer: string): number {
  return server_layers.indexOf(layer === 'top' ? 'cli' : layer);
}

function topFolder(path: string): string {
  return path.split('/')[0] ?? path;
}
