// Finds FreeTDS' client `tsql`, and gets it where we may install packages. Without it, one test says that it is skipped.
import { execFile, execFileSync } from 'node:child_process';
import type { ChildProcess, ExecFileException } from 'node:child_process';

export type RunTsql = (
  options: readonly string[],
  done: (error: ExecFileException | null, output: string) => void,
) => ChildProcess;

export function findTsql(): RunTsql | undefined {
  if (!isThere()) install();
  if (!isThere()) return undefined;
  const env = { ...process.env, TDSVER: '7.4', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
  return (options, done) =>
    execFile('tsql', options, { env, timeout: 20_000 }, (error, out, err) => done(error, out + err));
}

function isThere(): boolean {
  try {
    execFileSync('tsql', ['-C'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

function install(): void {
  if (process.getuid?.() !== 0) return;
  try {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'freetds-bin'], { stdio: 'pipe' });
  } catch {
    // No Debian, or no network: the test is skipped.
  }
}
