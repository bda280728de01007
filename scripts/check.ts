// `npm run check`: the static checks, then the tests. Output is shown only of what failed, and a summary at the end.
import { runStep, static_steps } from './steps.ts';
import type { StepResult } from './steps.ts';

/** Everything but the static checks, which have run by then. */
const test_args = ['--project', 'unit', '--project', 'integration'];

async function check(): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const step of [...static_steps, 'test']) {
    process.stdout.write(`${step} … `);
    // One after the other: each uses every core there is.
    const result = await runStep(step, step === 'test' ? test_args : []);
    console.log(result.passed ? 'passed' : 'FAILED');
    if (!result.passed) console.log(result.output.trimEnd());
    results.push(result);
  }
  return results;
}

function summary({ step, passed, output, duration_ms }: StepResult): string {
  const seconds = `${(duration_ms / 1000).toFixed(1)} s`;
  const counts = step === 'test' ? `  ${output.trimEnd().split('\n').at(-1) ?? ''}` : '';
  return `${step.padEnd(14)}${(passed ? 'passed' : 'FAILED').padEnd(8)}${seconds.padStart(8)}${counts}`;
}

const results = await check();
console.log(`\n${results.map(summary).join('\n')}`);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
