// Finds the programs of FalkorDB, the graph database that stands in for Neo4j in the tests, and gets them where there are
// none: an npm package, and the libraries of Debian 13 where the machine's own are too old, both into .cache/.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

/** Pinned like every dependency: FalkorDB 4.16 in Redis 8.2, for Linux on x64. */
const npm_package = '@falkordblite/linux-x64@8.2.3-falkordb.4.16.3';
/** What falkordb.so is linked with; it wants glibc 2.38 or later. */
const debian_packages = ['libc6', 'libstdc++6', 'libgcc-s1', 'libgomp1', 'libssl3t64', 'libzstd1', 'zlib1g'];
const debian =
  'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main';

const cache = fileURLToPath(new URL('../../.cache/falkordb/', import.meta.url));
const programs = join(cache, 'node_modules', '@falkordblite', 'linux-x64', 'bin');
const libraries = join(cache, 'libraries');
const install_ms = 300_000;

export interface FalkordbPrograms {
  /** The command that runs Redis: the program itself, or the loader of other libraries with it. */
  readonly command: readonly [string, ...string[]];
  /** The module of Redis that is FalkorDB. */
  readonly module: string;
}

export type FoundFalkordb = { readonly programs: FalkordbPrograms } | { readonly missing: string };

/** The programs, or why there are none and how to get them. Installs what is missing; one process at a time does. */
export function findFalkordb(): FoundFalkordb {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return {
      missing: `FalkorDB is needed and there is none for ${process.platform} ${process.arch}: use Linux on x64.`,
    };
  }
  mkdirSync(cache, { recursive: true });
  // A lock that ends with its process, however that ends.
  const name = createHash('sha256').update(cache).digest('hex').slice(0, 16);
  const lock = new DatabaseSync(join(tmpdir(), `toolcrib-falkordb-${name}.lock`));
  try {
    lock.exec(`PRAGMA busy_timeout = ${install_ms}; BEGIN EXCLUSIVE`);
    if (!existsSync(join(programs, 'falkordb.so'))) installPrograms();
    if (!runsWithOwnLibraries() && !existsSync(libraries)) installLibraries();
    return { programs: found() };
  } catch (error) {
    return {
      missing: [
        'FalkorDB is needed and could not be installed: it takes npm, and glibc 2.38 with libgomp1 and libssl3,',
        'or apt-get with the keys of Debian to get these libraries from Debian 13.',
        String(error),
      ].join('\n'),
    };
  } finally {
    lock.close();
  }
}

function found(): FalkordbPrograms {
  const [redis, module] = [join(programs, 'redis-server'), join(programs, 'falkordb.so')];
  if (!existsSync(libraries)) return { command: [redis], module };
  const folder = join(libraries, 'usr', 'lib', 'x86_64-linux-gnu');
  return { command: [join(folder, 'ld-linux-x86-64.so.2'), '--library-path', folder, redis], module };
}

function installPrograms(): void {
  run('npm', ['install', '--prefix', cache, '--no-save', '--no-audit', '--no-fund', npm_package]);
  for (const name of readdirSync(programs)) chmodSync(join(programs, name), 0o755);
}

function runsWithOwnLibraries(): boolean {
  try {
    return !run('ldd', [join(programs, 'redis-server'), join(programs, 'falkordb.so')]).includes('not found');
  } catch {
    return false;
  }
}

/** With an apt whose every folder is its own: the machine's packages, lists and settings stay as they are. */
function installLibraries(): void {
  const apt = join(cache, 'apt');
  const unpacked = `${libraries}.new`;
  for (const folder of [apt, unpacked]) rmSync(folder, { recursive: true, force: true });
  for (const folder of ['lists/partial', 'cache/archives/partial', 'packages']) {
    mkdirSync(join(apt, folder), { recursive: true });
  }
  writeFileSync(join(apt, 'status'), '');
  writeFileSync(join(apt, 'sources.list'), `${debian}\n`);
  // Hooks of the machine are left out; how it reaches the network (a proxy) is not.
  const settings = `${run('apt-config', ['dump', 'Acquire'])}
    Dir::State "${apt}"; Dir::State::status "${apt}/status"; Dir::State::Lists "${apt}/lists"; Dir::Cache "${apt}/cache";
    Dir::Etc::SourceList "${apt}/sources.list"; Dir::Etc::SourceParts "/dev/null"; Dir::Etc::Parts "/dev/null";
    Dir::Etc::Main "/dev/null"; Dir::Etc::PreferencesParts "/dev/null"; Dir::Etc::Preferences "/dev/null";
    Dir::Log "${apt}"; APT::Sandbox::User "root"; APT::Architecture "amd64"; Acquire::Languages "none";\n`;
  writeFileSync(join(apt, 'apt.conf'), settings);
  const options = { env: { ...process.env, APT_CONFIG: join(apt, 'apt.conf') }, cwd: join(apt, 'packages') };
  run('apt-get', ['update'], options);
  run('apt-get', ['download', ...debian_packages], options);
  for (const name of readdirSync(join(apt, 'packages'))) run('dpkg-deb', ['-x', join(apt, 'packages', name), unpacked]);
  renameSync(unpacked, libraries);
  rmSync(apt, { recursive: true, force: true });
}

function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  return execFileSync(command, args, { stdio: 'pipe', encoding: 'utf8', timeout: install_ms, ...options });
}
