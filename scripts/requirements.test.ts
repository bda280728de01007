import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readRequirements } from '../test/support/requirements.ts';
import { citedRequirements } from './cited-requirements.ts';
import { parseSource } from './tidy/source-file.ts';

interface Gap {
  readonly id: string;
  /** The part of the product that the promise waits for. */
  readonly area: string;
  readonly reason: string;
  /** Tests hold a part of the sentence and cite it; the reason says what is missing. */
  readonly partial?: true;
}

const root = new URL('..', import.meta.url).pathname;
const manifest = readRequirements();
const ids = manifest.map(({ id }) => id);
const gaps = parse(readFileSync(`${root}test/requirement-gaps.yaml`, 'utf8')) as readonly Gap[];
const listed = gaps.map(({ id }) => id);

const areas = ['databases', 'people-and-credentials', 'hand-off-and-packs', 'code-and-runs', 'dashboard'];
const test_files = ['server/src/**/*.test.ts', 'client/src/**/*.test.ts', 'test/**/*.ts', 'examples/**/*.test.ts'];

const cited = new Set(
  globSync([...test_files, 'scripts/**/*.test.ts'], { cwd: root, exclude: ['**/node_modules/**'] }).flatMap((path) =>
    citedRequirements(parseSource({ path, text: readFileSync(root + path, 'utf8') })),
  ),
);

test('every promise of the manifest has an id of its own, a source and a sentence', () => {
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, seed, promise } of manifest) {
    expect(id).toMatch(/^[A-Z]{2,3}-\d{2}$/);
    expect(seed, id).toMatch(/^(\d{3}|beyond)$/);
    expect(promise, id).toMatch(/\.$/);
  }
});

test('every promise is cited by a test or listed as a gap', () => {
  expect(ids.filter((id) => !cited.has(id) && !listed.includes(id))).toEqual([]);
});

test('what a test holds is no gap any more, unless it is said to hold in part', () => {
  const whole = gaps.filter(({ partial }) => partial === undefined).map(({ id }) => id);
  expect(whole.filter((id) => cited.has(id))).toEqual([]);
});

test('what holds in part is cited by the tests of that part', () => {
  const partial = gaps.filter((gap) => gap.partial === true).map(({ id }) => id);
  expect(partial.filter((id) => !cited.has(id))).toEqual([]);
});

test('tests and gaps name only promises of the manifest', () => {
  expect([...cited, ...listed].filter((id) => !ids.includes(id))).toEqual([]);
});

test('every gap is listed once, with its area and a reason', () => {
  expect(new Set(listed).size).toBe(listed.length);
  for (const { id, area, reason } of gaps) {
    expect(areas, id).toContain(area);
    expect(reason, id).toMatch(/^[A-Z].{10,}\.$/);
  }
});

test('citations are found by their call, not by their text', () => {
  const text = "verifies('DBT-01', 'DBT-02');\n// verifies('DBT-03')\nconst a = \"verifies('DBT-04')\";\n";
  expect(citedRequirements(parseSource({ path: 'a.test.ts', text }))).toEqual(['DBT-01', 'DBT-02']);
});

test('an id that is not written as a literal is refused', () => {
  const source = parseSource({ path: 'a.test.ts', text: 'verifies(id);' });
  expect(() => citedRequirements(source)).toThrow('a.test.ts:1');
});
