// How a test says which promises it holds: called first in its body. Unknown ids fail the test.
import { readRequirements } from './requirements.ts';

const known = new Set(readRequirements().map((requirement) => requirement.id));

/**
 * States that the test around it verifies these promises of test/requirements.yaml.
 * Write the ids as string literals: the test of the manifest finds citations in the source text.
 *
 * @example
 * test('a parameter is bound', async () => {
 *   verifies('DBT-02');
 *   // …
 * });
 */
export function verifies(...ids: readonly string[]): void {
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) throw new Error(`Not in test/requirements.yaml: ${unknown.join(', ')}`);
  if (ids.length === 0) throw new Error('verifies() needs at least one requirement id');
}
