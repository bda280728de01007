// The programs of Debian packages that tests run, installed once before the first test where that is allowed.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs by the package that brings them. PostgreSQL is found by find-postgres.ts, which knows other ways too. */
const programs = {
  chromium: 'chromium',
  glewlwyd: 'glewlwyd',
  mariadbd: 'mariadb-server',
  nginx: 'nginx-light',
  openssl: 'openssl',
  'redis-server': 'redis-server',
  sqlmap: 'sqlmap',
  tsql: 'freetds-bin',
} as const;

export type Program = keyof typeof programs;

/** Where services are that the path of a user does not name. */
const service_folders = ['/usr/sbin', '/usr/local/sbin'];

/** The path of a program; undefined where it is not installed. */
export function findProgram(program: Program): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...service_folders];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** What a test says when it is skipped, or fails, for want of a program. */
export function howToInstall(program: Program): string {
  return `${program} is missing. Install it (Debian: apt-get install ${programs[program]}), or run the tests as root, then they do.`;
}

/** Installs what is missing, as root. What cannot be installed is told, and its tests say so again. */
export function installPrograms(): void {
  const missing = (Object.keys(programs) as readonly Program[]).filter((program) => findProgram(program) === undefined);
  if (missing.length === 0) return;
  const packages = missing.map((program) => programs[program]);
  try {
    if (process.getuid?.() !== 0) throw new Error('not root');
    try {
      install(packages);
    } catch {
      // The lists of packages on this machine may be missing or too old.
      aptGet(['update']);
      install(packages);
    }
  } catch (error) {
    process.stderr.write(`\n*** apt-get could not install ${packages.join(', ')}: ${String(error)} ***\n`);
  }
}

function install(packages: readonly string[]): void {
  aptGet(['install', '-y', '--no-install-recommends', ...packages]);
}

function aptGet(args: readonly string[]): void {
  execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: 'pipe',
  });
}
