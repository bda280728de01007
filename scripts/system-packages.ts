// What the tests need from the machine beside npm packages, installed where that is possible without asking.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface SystemPackage {
  /** Name of the Debian package. */
  readonly name: string;
  readonly needed_for: string;
  readonly isPresent: () => boolean;
}

const system_packages: readonly SystemPackage[] = [
  { name: 'postgresql', needed_for: 'the tests on a real PostgreSQL', isPresent: () => hasPostgres() },
];

/** Installs what is missing when run as root on Debian; otherwise says what to install. Tests then fail where they need it. */
export function ensureSystemPackages(): void {
  const missing = system_packages.filter((item) => !item.isPresent());
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  const reasons = missing.map(({ name, needed_for }) => `${name} (${needed_for})`).join(', ');
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    console.error(
      `\nMISSING on this machine: ${reasons}\nInstall it, for example: sudo apt-get install ${names.join(' ')}\n`,
    );
    return;
  }
  console.error(`Installing ${reasons}`);
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  execFileSync('apt-get', ['update', '-q'], options);
  execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], options);
}

function hasPostgres(): boolean {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  return isOnPath('initdb') || versions.some((version) => existsSync(join(root, version, 'bin', 'initdb')));
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}
