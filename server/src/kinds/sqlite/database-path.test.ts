import { describe, expect, test } from 'vitest';
import { databasePath } from './database-path.ts';

describe('taken', () => {
  // oxfmt-ignore
  test.each<readonly [string, string | undefined, boolean]>([
    ['a/b.db', 'a/b.db', false],
    ['/a/b c?.db', '/a/b c?.db', false],
    ['file:a.db', 'a.db', false],
    ['file:a%20b.db?mode=ro', 'a b.db', true],
    ['file:///a/b.db?mode=rwc&cache=shared', '/a/b.db', false],
    ['file:/a/b.db#part', '/a/b.db', false],
    [':memory:', undefined, false],
    ['file::memory:?cache=shared', undefined, false],
    ['file:name?mode=memory&cache=shared', undefined, false],
    ['a.db?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)', 'a.db', false],
  ])('%s', (written, path, read_only) => {
    expect(databasePath(written)).toEqual({ path, read_only });
  });
});

describe('refused', () => {
  test.each([
    'file:a.db?vfs=memdb',
    'file:a.db?immutable=1',
    'a.db?_pragma=journal_mode(OFF)',
    'file:a.db?mode=x',
    'file:',
    ':temp:',
    'file://elsewhere/a.db',
    'file:%ff',
  ])('%s', (written) => {
    expect(databasePath(written)).toHaveProperty('fault');
  });
});
