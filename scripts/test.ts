// `npm test`: runs every test (or those named as arguments) and ends with one line of counts. What the machine lacks is set up
// by the global set-up of the tests that need it.
import { parseCLI, startVitest } from 'vitest/node';
import { countLine, createCountReporter } from './count-reporter.ts';
import type { TestCounts } from './count-reporter.ts';

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
let counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };

const reporter = createCountReporter((run) => {
  counts = run;
});
const vitest = await startVitest(filter, { ...options, watch: false, reporters: ['default', reporter] });
await vitest.close();

const broken = process.exitCode !== undefined && process.exitCode !== 0;
// Nothing may look green that is not: a run that broke before its first test has failed once, and so has a run of nothing.
const none = counts.passed + counts.failed === 0;
if ((broken || none) && counts.failed === 0) counts = { ...counts, failed: 1 };
console.log(countLine(counts));
// Whatever a test left open must not keep the run from ending.
process.exit(counts.failed === 0 ? 0 : 1);
