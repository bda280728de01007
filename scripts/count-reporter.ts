// Counts what a test run passed, failed and skipped. A file or a hook that breaks outside of a test is a failure as well.
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The one line by which other programs read the outcome. */
export function countLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The counts of finished modules, and of errors that belong to no test. */
export function countTests(
  modules: readonly Pick<TestModule, 'children' | 'state' | 'errors'>[],
  errors: readonly SerializedError[],
): TestCounts {
  const counts = { passed: 0, failed: errors.length, skipped: 0 };
  for (const module of modules) {
    let failed_tests = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      // A test that never ended did not pass.
      counts[state === 'pending' ? 'failed' : state] += 1;
      if (state === 'failed' || state === 'pending') failed_tests += 1;
    }
    if (module.state() === 'failed' && failed_tests === 0) counts.failed += 1;
  }
  return counts;
}

/** A reporter that hands the counts of each run to `report`. */
export function createCountReporter(report: (counts: TestCounts) => void): Reporter {
  return {
    onTestRunEnd: (modules, errors) => report(countTests(modules, errors)),
  };
}
