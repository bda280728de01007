// The product's promises (test/requirements.yaml) as data, for the tests that cite them and the test that counts the citations.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Requirement {
  readonly id: string;
  /** The document that the promise comes from, or `beyond`. */
  readonly seed: string;
  readonly promise: string;
}

/** Every promise, in the order of the manifest. */
export function readRequirements(): readonly Requirement[] {
  const path = new URL('../requirements.yaml', import.meta.url);
  return parse(readFileSync(path, 'utf8')) as readonly Requirement[];
}
