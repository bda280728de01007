// FreeTDS' client `tsql`, where it is installed. Without it, one test says that it is skipped.
import { execFile } from 'node:child_process';
import type { ChildProcess, ExecFileException } from 'node:child_process';
import { findProgram } from '../debian-programs.ts';

export type RunTsql = (
  options: readonly string[],
  done: (error: ExecFileException | null, output: string) => void,
) => ChildProcess;

export function findTsql(): RunTsql | undefined {
  const program = findProgram('tsql');
  if (program === undefined) return undefined;
  const env = { ...process.env, TDSVER: '7.4', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
  return (options, done) =>
    execFile(program, options, { env, timeout: 20_000 }, (error, out, err) => done(error, out + err));
}
