// Files that are broken by chance or on purpose: they end in faults, soon, and say no secret.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadTexts } from '../../../test/support/load-texts.ts';
import { verifies } from '../../../test/support/verifies.ts';
import { limits } from '../base/limits.ts';
import { decodeFile } from './decode.ts';
import { splitFile } from './split-file.ts';
import { memoryKinds } from '../../../test/support/memory-kinds.ts';
import type { Fault } from '../base/errors.ts';

const flights = readFileSync(new URL('../../../examples/flights/tools.yaml', import.meta.url), 'utf8');

async function faultsOf(text: string): Promise<readonly Fault[]> {
  const environment = (): undefined => undefined;
  const { faults, sources, tools, toolsets } = await decodeFile({
    split: splitFile(text, 'a.yaml'),
    file: 'a.yaml',
    environment,
    kinds: memoryKinds,
    pause: () => undefined,
  });
  return [...faults, ...[...sources, ...tools, ...toolsets].flatMap(({ decoding }) => decoding.faults)];
}

describe('bounds', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
    .concat(
      ['b', 'c', 'd', 'e', 'f', 'g', 'h'].map(
        (name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[index]}`).join(', ')}]`,
      ),
    )
    .join('\n');

  it.each<[string, string, string]>([
    ['an alias bomb', bomb, 'the document has more than 100000 values or 1000 aliases'],
    [
      'many aliases',
      `a: &a 1\n${Array.from({ length: 1_001 }, (_, index) => `k${index}: *a`).join('\n')}`,
      'the document has more than 100000 values or 1000 aliases',
    ],
    ['many values', `a: [${'1,'.repeat(100_001)}]`, 'the document has more than 100000 values or 1000 aliases'],
    ['brackets without end', '['.repeat(20_000), 'nested too deep to be read'],
    ['brackets that end', `a: ${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'nested too deep to be read'],
  ])('%s', async (_name, text, message) => {
    verifies('DBT-11');
    expect((await faultsOf(text))[0]?.message).toBe(message);
  });

  it('nesting beyond the bound concerns one entity', async () => {
    const deep = `${'['.repeat(40)}${']'.repeat(40)}`;
    const { catalogue, faults } = await loadTexts({
      files: {
        'a.yaml': `tools:\n  ok: {kind: clock, description: d}\n  deep: {kind: clock, description: d, parameters: ${deep}}`,
      },
    });
    expect(catalogue.tools.map(({ name }) => name)).toEqual(['ok']);
    expect(faults.map(({ message }) => message)).toContain(`nested deeper than ${limits.config_depth} levels`);
  });

  it('thousands of faults of one entity are cut, long keys and control characters too', async () => {
    const fields = Array.from({ length: 5_000 }, (_, index) => `    ${'k'.repeat(300)}${index}: 1`).join('\n');
    const faults = await faultsOf(`tools:\n  t:\n    kind: clock\n    description: d\n    "\\e[31mred": 1\n${fields}`);
    expect(faults).toHaveLength(limits.faults);
    expect(Math.max(...faults.map(({ path }) => path.length))).toBeLessThanOrEqual(limits.path_characters + 1);
    expect(faults[0]?.path).toBe('tools.t.?[31mred');
  });
});

describe('secrets', () => {
  // Every place that a value can reach, valid or not, and texts that kinds word themselves.
  const text = `sources:
  one: {kind: postgres, host: '\${S}', port: '\${S}', database: '\${S}', user: '\${S}', password: '\${S}', tls: '\${S}'}
  two: {kind: '\${S}', host: '\${S}'}
  three: '\${S}'
tools:
  a:
    kind: postgres-sql
    source: '\${S}'
    statement: '\${S}'
    description: '\${S}'
    title: '\${S}'
    annotations: {title: 'x\${S}', readOnlyHint: '\${S}'}
    readOnly: '\${S}'
    danger: '\${S}'
    max_rows: '\${S}'
    parameters:
      - {name: '\${S}', type: '\${S}', description: '\${S}', required: '\${S}'}
      - {name: b, type: integer, description: d, default: '\${S}'}
      - {name: c, type: array, description: d, items: {type: integer}, default: ['\${S}', 1]}
      - '\${S}'
    extra: '\${S}'
  b: {kind: [ '\${S}' ], source: ['\${S}'], parameters: '\${S}'}
toolsets:
  set: ['\${S}', '\${S}', ['\${S}']]
  other: '\${S}'
---
kind: '\${S}'
---
kind: tool
name: '\${S}'
---
'\${S}'
`;

  it.each(['hunter2-hunter2', '31415926', 'q7\nkind: sqlite'])('no fault repeats a value: %j', async (value) => {
    verifies('DBT-11');
    const { faults, catalogue } = await loadTexts({ files: { 'a.yaml': text }, environment: { S: value } });
    expect(faults.length).toBeGreaterThan(20);
    expect(catalogue.failed.map(({ name }) => name)).toContain('a');
    for (const { path, message, hint } of faults) expect(`${path} ${message} ${hint}`).not.toContain(value);
  });

  it('a reason that a kind words itself is withheld when it repeats the value', async () => {
    const source = `sources: {pg: {kind: postgres, host: h, database: d, user: u, password: '\${P}'}}`;
    const { faults } = await loadTexts({ files: { 'a.yaml': source }, environment: { P: 'password' } });
    expect(faults.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'sources.pg.password: is not valid here; the reason is not shown because it repeats the value of ${P}',
    ]);
    const { faults: shown } = await loadTexts({ files: { 'a.yaml': source.replace("'${P}'", 'password') } });
    expect(shown.map(({ message }) => message)).toEqual(['"password" is too easy']);
  });
});

describe('whatever happens to a valid file', () => {
  const lines = flights.split('\n');
  const odd = fc.constantFrom(
    '---',
    '{',
    '}',
    '[',
    ']',
    ':',
    '- ',
    '*a',
    '&a ',
    '!!binary ',
    '|',
    '>',
    '"',
    "'",
    '${',
    '${X}',
    '\t',
    '#',
    '? ',
    '<<: ',
    '\0',
    '\ud800',
    '%YAML 9.9\n---',
    '~',
    '.nan',
    '1e999',
  );
  const place = fc.nat({ max: flights.length });
  const line = fc.nat({ max: lines.length - 1 });
  type Change = (text: string) => string;
  const replaceLines =
    (change: (all: string[]) => unknown): Change =>
    (text) => {
      const all = text.split('\n');
      change(all);
      return all.join('\n');
    };
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.tuple(place, odd).map(
      ([at, what]): Change =>
        (text) =>
          text.slice(0, at) + what + text.slice(at),
    ),
    fc.tuple(place, fc.nat({ max: 30 })).map(
      ([at, count]): Change =>
        (text) =>
          text.slice(0, at) + text.slice(at + count),
    ),
    fc.tuple(line, line).map(([from, to]) => replaceLines((all) => all.splice(to, 0, ...all.splice(from, 1)))),
    line.map((at) => replaceLines((all) => all.splice(at, 0, all[at] ?? ''))),
    fc.tuple(line, fc.string({ unit: 'binary' })).map(([at, what]) => replaceLines((all) => all.splice(at, 1, what))),
    fc
      .tuple(line, fc.nat({ max: 12 }))
      .map(([at, by]) => replaceLines((all) => all.splice(at, 1, `${' '.repeat(by)}${all[at]?.trim()}`))),
  );

  it('loading ends with tools or faults, never with an error', async () => {
    verifies('DBT-11');
    let faulty = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const text = changes.reduce((changed, apply) => apply(changed), flights);
        const { catalogue, faults } = await loadTexts({ files: { 'a.yaml': text } });
        if (faults.length > 0) faulty += 1;
        for (const { file, message } of faults) expect(`${file} ${message}`).toMatch(/^a\.yaml ./);
        for (const { faults: own } of catalogue.failed) expect(own.length).toBeGreaterThan(0);
        for (const tool of catalogue.tools) expect(tool.input_schema).toMatchObject({ type: 'object' });
        await catalogue.close();
      }),
      { numRuns: 200 },
    );
    expect(faulty).toBeGreaterThan(60);
  }, 30_000);
});
