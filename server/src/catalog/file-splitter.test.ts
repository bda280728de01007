// Large texts are read in a thread of their own: with the same outcome, and with an end.
import { afterEach, describe, expect, it } from 'vitest';
import { verifies } from '../../../test/support/verifies.ts';
import { limits } from '../base/limits.ts';
import { FileSplitter } from './file-splitter.ts';
import { splitFile } from './split-file.ts';

let splitter: FileSplitter;
afterEach(() => splitter.close());

const tools = Array.from(
  { length: 800 },
  (_, index) => `  tool_${index}: {kind: clock, description: The tool number ${index}., parameters: [a, {b: c}]}\n`,
);
const large = `sources: {pg: {kind: postgres}}\ntools:\n${tools.join('')}more: 1\n---\n{`;
/** Takes seconds to read, whatever the machine. */
const slow = `a: [${'[],'.repeat((limits.config_file_bytes - 5) / 3)}]`;

describe('a large text', () => {
  it('gives the same as a small one would, in as many portions as it takes', async () => {
    verifies('DBT-12');
    splitter = new FileSplitter(() => undefined);
    expect(large.length).toBeGreaterThan(limits.config_inline_bytes);
    expect(await splitter.split(large, 'a.yaml')).toEqual(splitFile(large, 'a.yaml'));
    expect((await splitter.split(large, 'b.yaml')).entities).toHaveLength(801);
  });

  it('that takes too long is given up, and the next one is read', async () => {
    verifies('DBT-12');
    splitter = new FileSplitter(() => undefined, 150);
    const { entities, unreadable } = await splitter.split(slow, 'a.yaml');
    expect(entities).toEqual([]);
    expect(unreadable[0]?.message).toBe(`the file takes more than 0.15 s or ${limits.config_parse_mib} MiB to read`);
    await splitter.close();
    splitter = new FileSplitter(() => undefined);
    expect((await splitter.split(large, 'a.yaml')).entities).toHaveLength(801);
  });

  it('nested without end is a fault, in the thread as well', async () => {
    splitter = new FileSplitter(() => undefined);
    const { unreadable } = await splitter.split('['.repeat(limits.config_inline_bytes + 1), 'a.yaml');
    expect(unreadable[0]?.message).toBe('nested too deep to be read');
  });
});

it('a file of very many entities is refused as a whole, and faults of very many documents are cut', async () => {
  splitter = new FileSplitter(() => undefined);
  const many = `tools:\n${Array.from({ length: limits.config_entities + 1 }, (_, index) => `  t${index}:\n`).join('')}`;
  expect(splitFile(many, 'a.yaml')).toMatchObject({
    entities: [],
    unreadable: [{ message: `the file defines more than ${limits.config_entities} entities` }],
  });
  expect(splitFile('a: 1\n---\n'.repeat(3_000), 'a.yaml').faults).toHaveLength(limits.config_file_faults);
});
