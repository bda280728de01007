// Three projects, one after the other: `repository` runs the static checks; `unit` runs in seconds and needs nothing;
// `integration` uses real counterparts, started once for all files.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'repository',
          include: ['scripts/static-checks.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 1 },
          include: ['server/src/**/*.test.ts', 'client/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'scripts/static-checks.test.ts'],
          environment: 'node',
        },
      },
      {
        test: {
          name: 'integration',
          sequence: { groupOrder: 2 },
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 60_000,
          // A condition that is waited for may take its time on a busy machine.
          expect: { poll: { timeout: 20_000 } },
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
