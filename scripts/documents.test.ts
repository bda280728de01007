import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCatalogue } from '../server/src/base/error-catalogue.ts';
import { settings } from '../server/src/base/settings.ts';
import { limits } from '../server/src/base/limits.ts';
import { generatedDocuments } from './documents.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const firstCells = (text: string): readonly string[] =>
  [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell = '']) => cell);

test.each(generatedDocuments())('$path is what the code says (npm run docs writes it)', ({ path, text }) => {
  expect(read(path)).toBe(text);
});

test('docs/errors.md names every code of the catalogue and no other', () => {
  expect(firstCells(read('docs/errors.md')).toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
});

test('settings that an error names exist', () => {
  const paths: readonly string[] = Object.values(settings).map(({ path }) => path);
  const sections = new Set(paths.map((path) => path.split('.')[0]));
  const words = Object.values(errorCatalogue).flatMap(
    ({ message, hint }) => `${message} ${hint}`.match(/\b[a-z]+\.[a-z_]+/g) ?? [],
  );
  const named = words.filter((word) => sections.has(word.split('.')[0]));
  expect(named.filter((path) => !paths.includes(path))).toEqual([]);
  expect(named).not.toEqual([]);
});

test('docs/limits.md names every limit with a reason', () => {
  const page = read('docs/limits.md');
  expect(firstCells(page)).toEqual(Object.keys(limits));
  expect(page).not.toMatch(/\| +\|$/m);
});
