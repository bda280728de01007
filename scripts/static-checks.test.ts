// The static checks as tests, so that a finding of a tool fails `npm test` and is counted.
import { expect, test } from 'vitest';
import { runStep, static_steps } from './steps.ts';

test.each(static_steps)('npm run %s', { timeout: 300_000 }, async (step) => {
  const { passed, output } = await runStep(step);
  expect(passed ? '' : output).toBe('');
});
