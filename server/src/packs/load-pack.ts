// One pack, loaded as a whole or not at all: manifest, modules, settings form, settings endpoints.
import type { Fault } from '../base/errors.ts';
import { ToolcribError } from '../base/errors.ts';
import { isJsonObject } from '../base/json.ts';
import type { JsonObject } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { parseJson } from '../base/parse-json.ts';
import type { Environment } from '../catalog/decoding.ts';
import { toSchemaTool } from '../catalog/schema-tool.ts';
import { importFault } from './import-faults.ts';
import type { Manifest } from './manifest.ts';
import { fenceModules, module_endings } from './module-fence.ts';
import type { ImportModule } from './module-fence.ts';
import type { FaultyPack, Pack, PackRoute, PackTool } from './pack.ts';
import { readRoutes } from './read-routes.ts';
import type { PackFiles } from './read-pack-files.ts';
import { readManifest } from './read-manifest.ts';
import { backendPlace, toFunctionTool, toRemoteTool } from './read-tools.ts';

export type LoadedPack = { readonly pack: Pack } | { readonly faulty: FaultyPack };

/** Never throws. The modules of the pack are run: they are the operator's own code. */
export async function loadPack(files: PackFiles, environment: Environment): Promise<LoadedPack> {
  const { shown, hash } = files;
  const { code, manifest, providers, faults: of_manifest, faultAt } = readManifest(files, environment);
  if (manifest === undefined) return { faulty: { code, shown, hash, faults: of_manifest } };
  const loading: Loading = { files, faults: [], modules: new Map(), importModule: fenceModules(files) };
  const tools = await loadTools(loading, manifest, faultAt);
  const routes = await loadRoutes(loading);
  const ui_schema = readUiSchema(loading);
  const { faults } = loading;
  if (faults.length > 0) return { faulty: { code, shown, hash, faults: faults.slice(0, limits.faults) } };
  const fields = manifest.config.schema;
  return { pack: { ...{ code: manifest.code, manifest, fields, tools, routes, providers, ui_schema, shown, hash } } };
}

interface Loading {
  readonly files: PackFiles;
  readonly faults: Fault[];
  /** By path: a module that cannot be loaded is told once. */
  readonly modules: Map<string, Readonly<Record<string, unknown>> | undefined>;
  readonly importModule: ImportModule;
}

async function loadTools(
  loading: Loading,
  manifest: Manifest,
  faultAt: (fault: Fault) => Fault,
): Promise<readonly PackTool[]> {
  const tools: PackTool[] = [];
  for (const [index, tool] of manifest.tools.entries()) {
    const tell = (path: string, message: string, hint?: string): void => {
      const at = path === '' ? `tools[${index}]` : `tools[${index}].${path}`;
      loading.faults.push(faultAt({ path: at, message, ...(hint === undefined ? {} : { hint }) }));
    };
    const made =
      tool.backend === undefined
        ? toRemoteTool(tool)
        : await loadFunction(loading, { code: manifest.code, backend: tool.backend }, (found) =>
            toFunctionTool(tool, found, tell),
          );
    if (made === undefined) continue;
    if (made === 'missing')
      tell('backend', `the pack has no ${backendPlace(tool.backend ?? '', manifest.code).path}.ts`);
    else if (made === 'no export') tell('backend', exportWords(tool.backend ?? '', manifest.code));
    else if (checkSchemas(made, tell)) tools.push(made);
  }
  return tools;
}

function exportWords(backend: string, code: string): string {
  const { path, name } = backendPlace(backend, code);
  return `${path}.ts does not export "${name}"`;
}

/** What the export makes; undefined when it could not be loaded, which is told. */
async function loadFunction(
  loading: Loading,
  { code, backend }: { readonly code: string; readonly backend: string },
  make: (found: unknown) => PackTool | undefined,
): Promise<PackTool | 'missing' | 'no export' | undefined> {
  const { path, name } = backendPlace(backend, code);
  const file = module_endings.map((ending) => `${path}${ending}`).find((one) => loading.files.files.has(one));
  if (file === undefined) return 'missing';
  const module = await load(loading, file);
  if (module === undefined) return undefined;
  return Object.hasOwn(module, name) ? make(module[name]) : 'no export';
}

async function load(loading: Loading, file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { modules, importModule, files, faults } = loading;
  if (modules.has(file)) return modules.get(file);
  let module: Readonly<Record<string, unknown>> | undefined;
  try {
    module = await withinTime(importModule(file));
  } catch (thrown) {
    faults.push(importFault(files, file, thrown));
  }
  modules.set(file, module);
  return module;
}

/** A module that waits for something as it is loaded does not hold up the others. */
async function withinTime<T>(work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const message = `it is not loaded within ${limits.pack_load_ms} ms`;
  const timer = setTimeout(() => reject(new Error(message)), limits.pack_load_ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the schemas are ones. */
function checkSchemas(tool: PackTool, tell: (path: string, message: string, hint?: string) => void): boolean {
  try {
    const run = (): Promise<never> => Promise.reject(new TypeError('Not to be run'));
    toSchemaTool(tool.definition, { kind: tool.source_type, scope: { kind: 'system' }, run });
    return true;
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError)) throw thrown;
    for (const { path, message, hint } of thrown.faults) tell(path, message, hint);
    return false;
  }
}

/** Every settings endpoint that `routes.ts` exports. */
async function loadRoutes(loading: Loading): Promise<readonly PackRoute[]> {
  const file = module_endings.map((ending) => `routes${ending}`).find((one) => loading.files.files.has(one));
  const module = file === undefined ? undefined : await load(loading, file);
  if (file === undefined || module === undefined) return [];
  const shown = `${loading.files.shown}/${file}`;
  const { routes, problems } = readRoutes(module);
  for (const message of problems) loading.faults.push({ path: '', message, file: shown });
  return routes;
}

function readUiSchema({ files, faults }: Loading): JsonObject | undefined {
  const bytes = files.files.get('ui_schema.json');
  if (bytes === undefined) return undefined;
  try {
    const read = parseJson(bytes, limits.json_depth);
    if (isJsonObject(read)) return read;
  } catch {
    // Told below.
  }
  faults.push({ path: '', message: 'is not a JSON object', file: `${files.shown}/ui_schema.json` });
  return undefined;
}
