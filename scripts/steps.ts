// The static checks of the repository, run as the npm scripts that a person would run.
import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** npm scripts, fastest to explain first. */
export const static_steps = ['types', 'lint', 'format:check', 'tidy', 'dead-code'] as const;

export interface StepResult {
  readonly step: string;
  readonly passed: boolean;
  /** What the step wrote to its standard output and error, in order. */
  readonly output: string;
  readonly duration_ms: number;
}

/** Runs an npm script to its end. Never rejects: a script that cannot start has not passed. */
export function runStep(step: string, args: readonly string[] = []): Promise<StepResult> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', step, '--', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const end = (passed: boolean): void =>
      resolve({ step, passed, output, duration_ms: Math.round(performance.now() - started) });
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', (error) => {
      output += error.message;
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}
