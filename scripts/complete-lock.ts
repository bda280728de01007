// `npm run complete-lock`: adds what a partial registry leaves out of package-lock.json, so that `npm ci` works everywhere.
// A registry without the binaries of other platforms makes `npm install` drop them from the lock, and `npm ci` then refuses it.
import { readFileSync, writeFileSync } from 'node:fs';

export interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

/** The lock files of the repository. */
export const lock_files = ['package-lock.json', 'test/peers/package-lock.json'];

export interface MissingEntry {
  readonly name: string;
  /** Exact: packages for one platform have the version of the package that asks for them. */
  readonly version: string;
  readonly dev: boolean;
}

/** Optional dependencies that a package of the lock asks for and that have no entry. */
export function missingEntries({ packages }: Lock): readonly MissingEntry[] {
  return Object.entries(packages).flatMap(([path, { dev = false, optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isFound(packages, path, name))
      .map(([name, version]) => ({ name, version, dev })),
  );
}

/** The lock with an entry for each of them, sorted as npm does. Its checksum is left to whoever can reach the package. */
export function completeLock(lock: Lock): Lock {
  const added = missingEntries(lock).map(({ name, version, dev }): readonly [string, LockEntry] => [
    `node_modules/${name}`,
    inNpmOrder({ version, ...(dev ? { dev } : {}), optional: true, ...platformOf(name, version) }),
  ]);
  const entries = [...Object.entries(lock.packages), ...added];
  return { ...lock, packages: Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b, 'en'))) };
}

/** The version, then the other keys by name. */
function inNpmOrder({ version, ...others }: LockEntry): LockEntry {
  return {
    version,
    ...Object.fromEntries(Object.entries(others).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  } as LockEntry;
}

/** Whether Node, from `path`, would find the package: in a node_modules of its own, or of a folder above. */
function isFound(packages: Lock['packages'], path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'];

/** What npm must know so as not to fetch the package elsewhere. Taken from the name, which says it. */
function platformOf(name: string, version: string): LockEntry {
  const words = name.split(/[/-]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+/.test(version)) {
    throw new Error(`${name}@${version} is missing from the lock and not for one platform: run npm install again`);
  }
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : ['glibc'];
  return { cpu: [cpu], ...(os === 'linux' ? { libc } : {}), os: [os] };
}

if (import.meta.main) {
  for (const path of lock_files) {
    const url = new URL(`../${path}`, import.meta.url);
    const lock = JSON.parse(readFileSync(url, 'utf8')) as Lock;
    writeFileSync(url, `${JSON.stringify(completeLock(lock), null, 2)}\n`);
    console.log(`${path}: ${missingEntries(lock).length} added`);
  }
}
