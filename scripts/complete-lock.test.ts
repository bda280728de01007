import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { completeLock, lock_files, missingEntries } from './complete-lock.ts';
import type { Lock } from './complete-lock.ts';

const lock: Lock = {
  packages: {
    '': {},
    'node_modules/b': {
      version: '2.0.0',
      dev: true,
      optionalDependencies: { '@b/linux-x64-musl': '2.0.0', '@b/win32-ia32': '2.0.0', '@b/darwin-arm64': '2.0.0' },
    },
    'node_modules/b/node_modules/@b/darwin-arm64': { version: '2.0.0' },
  },
};

test.each(lock_files)('%s has every optional dependency (npm run complete-lock adds them)', (path) => {
  const real = JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')) as Lock;
  expect(missingEntries(real)).toEqual([]);
});

test('what has no entry at any level is missing', () => {
  expect(missingEntries(lock).map(({ name }) => name)).toEqual(['@b/linux-x64-musl', '@b/win32-ia32']);
});

test('what is added says for which platform it is', () => {
  const complete = completeLock(lock);
  expect(missingEntries(complete)).toEqual([]);
  expect(complete.packages).toMatchObject({
    'node_modules/@b/linux-x64-musl': {
      version: '2.0.0',
      dev: true,
      optional: true,
      os: ['linux'],
      cpu: ['x64'],
      libc: ['musl'],
    },
    'node_modules/@b/win32-ia32': { version: '2.0.0', dev: true, optional: true, os: ['win32'], cpu: ['ia32'] },
  });
  expect(Object.keys(complete.packages)).toEqual(Object.keys(complete.packages).toSorted());
});

test('what is not for one platform is not made up', () => {
  const packages = { 'node_modules/a': { optionalDependencies: { fsevents: '2.3.3' } } };
  expect(() => completeLock({ packages })).toThrow('fsevents@2.3.3');
});
