// A bad pack: every fault with its file, line and path; nothing of it loaded, the others left alone; no name is taken twice.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadPack } from '../../server/src/packs/load-pack.ts';
import { readPackFiles } from '../../server/src/packs/read-pack-files.ts';
import { startPackWorld, writePacks } from '../support/pack-world.ts';
import type { PackWorld } from '../support/pack-world.ts';
import { verifies } from '../support/verifies.ts';

async function faultsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-faults-'));
  try {
    writePacks(folder, files);
    const loaded = await loadPack(await readPackFiles(folder), () => undefined);
    if ('pack' in loaded) return [];
    return loaded.faulty.faults.map(({ file = '', line, path, message, hint }) => {
      const at = `${file.slice(file.lastIndexOf('/') + 1)}:${line ?? '-'}`;
      return `${at} ${path}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const head = 'code: bad\ndisplay_name: Bad\nversion: "1.0.0"\ntype: feature\n';

describe('a bad manifest', () => {
  test('tells every fault with its line and path', async () => {
    verifies('PAK-01');
    const manifest = `code: Bad-Code
display_name: ""
version: 1.0
type: module
discription: x
config:
  schema:
    - { name: Base, type: text }
    - { name: a, type: integer, default: "x" }
    - { name: a, type: string, secret: true, default: hidden }
tools:
  - { name: "with space", backend: "tools:x" }
  - { name: both, backend: "tools:x", remote: { tool_type: a, action: b } }
  - { name: slow, backend: "tools:x", danger_level: extreme, category: fun }
oauth:
  - { name: x }
`;
    const faults = await faultsOf({ 'manifest.yaml': manifest });
    const places = faults.map((fault) => fault.split(' ').slice(0, 2).join(' '));
    expect(places).toEqual(
      expect.arrayContaining([
        'manifest.yaml:1 code:',
        'manifest.yaml:2 display_name:',
        'manifest.yaml:3 version:',
        'manifest.yaml:4 type:',
        'manifest.yaml:5 discription:',
        'manifest.yaml:8 config.schema[0].name:',
        'manifest.yaml:8 config.schema[0].type:',
        'manifest.yaml:12 tools[0].name:',
        'manifest.yaml:14 tools[2].danger_level:',
        'manifest.yaml:14 tools[2].category:',
        'manifest.yaml:16 oauth[0].title:',
      ]),
    );
    expect(faults.find((fault) => fault.includes('discription'))).toContain('description');
  });

  test.each([
    ['is not there', {}, ['manifest.yaml:- : the pack has no manifest.yaml']],
    ['is empty', { 'manifest.yaml': '' }, ['manifest.yaml:1 : the manifest is empty']],
    ['is a list', { 'manifest.yaml': '- a' }, ['manifest.yaml:1 : expected the fields of a manifest, got a list']],
    [
      'has a broken quote',
      { 'manifest.yaml': `${head}description: "x` },
      [expect.stringContaining('the YAML is not valid')],
    ],
    ['has a key twice', { 'manifest.yaml': `${head}code: bad\n` }, [expect.stringMatching(/^manifest.yaml:5 code: /)]],
    [
      'has a name twice',
      { 'manifest.yaml': `${head}tools:\n  - { name: a, backend: "t:a" }\n  - { name: a, backend: "t:b" }\n` },
      ['manifest.yaml:7 tools[1].name: "a" is there twice'],
    ],
    [
      'has a secret with a default',
      { 'manifest.yaml': `${head}config: { schema: [{ name: a, type: string, secret: true, default: x }] }\n` },
      ['manifest.yaml:5 config.schema[0].default: a secret does not stand in a manifest'],
    ],
    [
      'has a remote tool without a schema',
      { 'manifest.yaml': `${head}tools:\n  - { name: a, remote: { tool_type: a, action: b } }\n` },
      [expect.stringContaining('needs "description"'), expect.stringContaining('needs "input_schema"')],
    ],
    [
      'names a module that is not there',
      { 'manifest.yaml': `${head}tools:\n  - { name: a, backend: "bad.lib.tools:a" }\n` },
      ['manifest.yaml:6 tools[0].backend: the pack has no lib/tools.ts'],
    ],
    [
      'names an export that is not there',
      { 'manifest.yaml': `${head}tools:\n  - { name: a, backend: "t:toString" }\n`, 't.ts': 'export const b = 1;' },
      ['manifest.yaml:6 tools[0].backend: t.ts does not export "toString"'],
    ],
    [
      'has a schema that is none',
      {
        'manifest.yaml': `${head}tools:\n  - name: a\n    description: A.\n    backend: "t:a"\n    input_schema: { type: objekt }\n`,
        't.ts': 'export const a = () => 1;',
      },
      [expect.stringMatching(/^manifest.yaml:9 tools\[0\].input_schema.type: /)],
    ],
  ])('that %s', async (_what, files, faults) => {
    expect(await faultsOf(files as Record<string, string>)).toEqual(faults);
  });
});

describe('a bad module', () => {
  const manifest = `${head}tools:\n  - { name: a, backend: "t:a" }\n`;
  test.each([
    ['is not TypeScript', 'export const a = 1;\nexport const = 2;\n', /^t.ts:2 : cannot be loaded: /],
    ['has an enum', 'export const a = 1;\nenum B { c }\n', /^t.ts:2 : cannot be loaded: .*enum/],
    ['throws', `export const a = 1;\nthrow new Error('no');\n`, /^t.ts:2 : cannot be loaded: no$/],
    [
      'imports what is not there',
      `import './u.ts';\n`,
      /^t.ts:- : cannot be loaded: imports ".\/u.ts", which the pack does not have$/,
    ],
    ['has a plain function without a schema', 'export const a = () => 1;', /does not say its "description"/],
    ['exports a number', 'export const a = 1;', /neither a function nor made with defineTool/],
    [
      'calls itself otherwise',
      `import { defineTool } from '@toolcrib/client';\nexport const a = defineTool({ name: 'b', description: 'B.', input: { type: 'object' }, run: () => 1 });`,
      /the function calls itself "b"/,
    ],
    [
      'has a schema that JSON Schema cannot say',
      `import { defineTool } from '@toolcrib/client';\nimport { z } from 'zod';\nexport const a = defineTool({ name: 'a', description: 'A.', input: z.object({ at: z.date() }), run: () => 1 });`,
      /something that JSON Schema cannot say/,
    ],
  ])('that %s', async (_what, text, fault) => {
    expect(await faultsOf({ 'manifest.yaml': manifest, 't.ts': text })).toEqual([expect.stringMatching(fault)]);
  });
});

const pack = (code: string, tool: string, more = ''): Readonly<Record<string, string>> => ({
  [`${code}/manifest.yaml`]: `code: ${code}\ndisplay_name: P\nversion: "1.0.0"\ntype: system\n${more}tools:\n  - { name: ${tool}, description: A., input_schema: { type: object }, backend: "t:a" }\n`,
  [`${code}/t.ts`]: `export const a = () => '${code}';`,
});

describe('A22 names of packs', () => {
  let world: PackWorld;
  beforeAll(async () => {
    const provider = `oauth:\n  - { name: github, title: Fake, strategies: [{ strategy: token, title: Token }] }\n`;
    world = await startPackWorld({
      packs: {
        ...pack('one', 'shared_name'),
        ...pack('two', 'shared_name'),
        ...pack('zero', 'taken_by_file'),
        ...pack('shadow', 'shadow_tool', provider),
        ...Object.fromEntries(Object.entries(pack('one', 'other')).map(([path, text]) => [`twin/${path}`, text])),
        'broken/manifest.yaml': 'code: broken\n',
      },
      tools: `kind: source\nname: db\ntype: sqlite\ndatabase: ":memory:"\n---\nkind: tool\nname: taken_by_file\ntype: sqlite-sql\nsource: db\ndescription: From the file.\nstatement: select 1 as file\n`,
    });
  });
  afterAll(() => world.stop());

  test('the first keeps it, whoever comes later fails visibly, and the others are there', async () => {
    verifies('PAK-01');
    expect((await world.call('shared_name')).value).toBe('one');
    const { body } = await world.request('POST', '/v1/tools/taken_by_file/call', { body: { arguments: {} } });
    expect(body.result).toMatchObject({ kind: 'rows', rows: [{ file: 1 }] });
    const faulty = world.log_lines.filter((line) => line.includes('pack-faulty')).join('\n');
    expect(faulty).toContain('has the same code');
    expect(faulty).toContain('has a provider \\"github\\" already');
    expect(faulty).toContain('broken/manifest.yaml');
    const { body: list } = await world.request('GET', '/v1/packs');
    expect(list.packs.map(({ code }: { code: string }) => code)).toEqual(['one', 'two', 'zero']);
  });
});
