// What the modules of a pack may import: modules of the same pack, as they were read once, and the few packages that the
// server gives them. Nothing of the file system is read here, so no path can lead out of a pack (attack A15). A changed pack
// is another number in its URLs, and loaded anew; what runs goes on with the old one.
import { isBuiltin, registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { importNatively } from './import-natively.ts';

export interface FencedFiles {
  /** Absolute. */
  readonly folder: string;
  /** Contents by path relative to the folder, with `/`. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** The exports of one module of the pack, by its path in it. Rejects with what the module throws, or a FenceError. */
export type ImportModule = (path: string) => Promise<Readonly<Record<string, unknown>>>;

/** An import that is not allowed. */
class FenceError extends Error {
  readonly specifier: string;

  constructor(specifier: string, reason: string) {
    super(`imports "${specifier}", ${reason}`);
    this.name = 'FenceError';
    this.specifier = specifier;
  }
}

const parameter = 'toolcrib-pack';
/** What every pack may import beside Node's own modules. */
const given_packages: readonly string[] = ['@toolcrib/client', 'zod'];
export const module_endings: readonly string[] = ['.ts', '.js', '.mjs'];

const fenced = new Map<string, FencedFiles>();
let next_number = 1;
let is_registered = false;

/** A fence around the files of a pack as they are now. Lasts as long as the process: Node never forgets a module. */
export function fenceModules(files: FencedFiles): ImportModule {
  if (!is_registered) registerFence();
  is_registered = true;
  const number = String(next_number++);
  fenced.set(number, files);
  return (path) => importNatively(urlOf(files, path, number));
}

function urlOf({ folder }: FencedFiles, path: string, number: string): string {
  const url = pathToFileURL(join(folder, path));
  url.searchParams.set(parameter, number);
  return url.href;
}

/** The fence around a module, by its URL. */
function fenceAt(url: string | undefined): { readonly files: FencedFiles; readonly number: string } | undefined {
  if (url === undefined || !url.includes(`${parameter}=`)) return undefined;
  const number = URL.parse(url)?.searchParams.get(parameter) ?? '';
  const files = fenced.get(number);
  return files === undefined ? undefined : { files, number };
}

function registerFence(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const from = fenceAt(context.parentURL);
      if (from === undefined) {
        const at = fenceAt(specifier);
        return at === undefined ? next(specifier, context) : { url: specifier, shortCircuit: true };
      }
      if (isBuiltin(specifier)) return next(specifier, context);
      if (given_packages.some((name) => specifier === name || specifier.startsWith(`${name}/`))) {
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
      return { url: withinPack(specifier, context.parentURL ?? '', from), shortCircuit: true };
    },
    load: (url, context, next) => {
      const at = fenceAt(url);
      if (at === undefined) return next(url, context);
      const path = pathIn(at.files, url);
      const source = path === undefined ? undefined : at.files.files.get(path);
      if (path === undefined || source === undefined) throw new FenceError(path ?? url, 'which the pack does not have');
      return { format: path.endsWith('.ts') ? 'module-typescript' : 'module', source, shortCircuit: true };
    },
  });
}

/** The URL of another module of the same pack. Throws FenceError. */
function withinPack(
  specifier: string,
  parent: string,
  { files, number }: { readonly files: FencedFiles; readonly number: string },
): string {
  if (!/^\.{1,2}\//.test(specifier)) {
    const known = given_packages.join(', ');
    throw new FenceError(specifier, `but a pack imports its own files by relative paths, ${known} and modules of Node`);
  }
  const url = URL.parse(specifier, parent);
  const path = url === null ? undefined : pathIn(files, url.href);
  if (path === undefined) throw new FenceError(specifier, 'which leads out of the pack');
  if (!module_endings.some((ending) => path.endsWith(ending))) {
    throw new FenceError(specifier, `but only files that end in ${module_endings.join(', ')} can be imported`);
  }
  if (!files.files.has(path)) throw new FenceError(specifier, 'which the pack does not have');
  return urlOf(files, path, number);
}

/** The path in the pack; undefined when the URL is elsewhere. */
function pathIn({ folder }: FencedFiles, href: string): string | undefined {
  const url = URL.parse(href);
  if (url?.protocol !== 'file:' || url.host !== '') return undefined;
  let path: string;
  try {
    path = fileURLToPath(new URL(url.pathname, 'file:///'));
  } catch {
    return undefined;
  }
  const prefix = join(folder, '/');
  return path.startsWith(prefix) && dirname(path) !== path
    ? path.slice(prefix.length).replaceAll('\\', '/')
    : undefined;
}
