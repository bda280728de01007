// Installs Debian packages that tests need, where that is allowed.
import { execFileSync } from 'node:child_process';

const options = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];

/** Installs the packages, fetching the lists of packages first where the ones here do not know them. Throws with the reason. */
export function aptInstall(packages: readonly string[]): void {
  if (process.getuid?.() !== 0) throw new Error('apt-get: not root');
  try {
    install(packages);
  } catch {
    aptGet(['update']);
    install(packages);
  }
}

function install(packages: readonly string[]): void {
  aptGet(['install', '-y', '--no-install-recommends', ...packages]);
}

function aptGet(args: readonly string[]): void {
  execFileSync('apt-get', [...options, ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: 'pipe',
  });
}
