import { expect, test } from 'vitest';
import { countLine, countTests } from './count-reporter.ts';

type Module = Parameters<typeof countTests>[0][number];
type State = 'passed' | 'failed' | 'skipped' | 'pending';

function module(state: ReturnType<Module['state']>, tests: readonly State[]): Module {
  const children = { allTests: () => tests.map((result) => ({ result: () => ({ state: result }) })) };
  return { state: () => state, errors: () => [], children } as unknown as Module;
}

test('tests are counted by their state', () => {
  const modules = [module('failed', ['passed', 'failed', 'skipped']), module('passed', ['passed'])];
  expect(countLine(countTests(modules, []))).toBe('2 passed, 1 failed, 1 skipped');
});

test('a file that breaks outside of its tests has failed once', () => {
  expect(countTests([module('failed', [])], []).failed).toBe(1);
  expect(countTests([module('failed', ['passed'])], []).failed).toBe(1);
});

test('a test that never ended and an error of no test have failed', () => {
  expect(countTests([module('failed', ['pending'])], []).failed).toBe(1);
  expect(countTests([module('passed', ['passed'])], [{ message: 'unhandled' }]).failed).toBe(1);
});
