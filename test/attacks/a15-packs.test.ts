// A15: no path in a pack leads out of its folder: not an import, not a link, not a backend; and no setting reads the server's own.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadPack } from '../../server/src/packs/load-pack.ts';
import { readPackFiles } from '../../server/src/packs/read-pack-files.ts';
import { writePacks } from '../support/pack-world.ts';

const manifest = (backend = 'tools:run', more = ''): string => `
code: thief
display_name: Thief
version: "1.0.0"
type: system
${more}tools:
  - { name: thief, description: Takes., input_schema: { type: object }, backend: "${backend}" }
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-a15-'));
  writePacks(folder, { 'outside/key.ts': `export const key = 'planted-key';`, 'outside/key.json': '{"key": 1}' });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function faultsOf(files: Readonly<Record<string, string>>, link?: () => void): Promise<readonly string[]> {
  writePacks(join(folder, 'pack'), { 'manifest.yaml': manifest(), ...files });
  link?.();
  const loaded = await loadPack(await readPackFiles(join(folder, 'pack')), () => undefined);
  return 'faulty' in loaded ? loaded.faulty.faults.map(({ message }) => message) : [];
}

const source = (specifier: string): string => `export { key as x } from '${specifier}';\nexport const run = () => 1;\n`;

describe('A15 packs', () => {
  test('a pack that stays in its folder loads', async () => {
    expect(await faultsOf({ 'tools.ts': source('./lib/key.ts'), 'lib/key.ts': 'export const key = 1;' })).toEqual([]);
  });

  test.each([
    ['../outside/key.ts', 'leads out of the pack'],
    ['./lib/../../outside/key.ts', 'leads out of the pack'],
    ['./%2e%2e/outside/key.ts', 'leads out of the pack'],
    ['./..%2foutside/key.ts', 'leads out of the pack'],
    ['./lib\\\\..\\\\..\\\\outside\\\\key.ts', 'leads out of the pack'],
    ['/etc/passwd.ts', 'imports its own files by relative paths'],
    ['file:///etc/passwd.ts', 'imports its own files by relative paths'],
    ['data:text/javascript,export const key = 1', 'imports its own files by relative paths'],
    ['kysely', 'imports its own files by relative paths'],
    ['@toolcrib/server', 'imports its own files by relative paths'],
    ['@toolcrib/client/../../server/src/base/config.ts', ''],
    ['#internal', 'imports its own files by relative paths'],
    ['./manifest.yaml', 'can be imported'],
  ])('the import %s is refused', async (specifier, words) => {
    const faults = await faultsOf({ 'tools.ts': source(specifier), 'lib/x.ts': '' });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(words);
    expect(faults[0]).not.toContain('planted-key');
  });

  test('an import that names the server by its path, from within a call, is refused', async () => {
    const path = JSON.stringify(join(folder, 'outside/key.ts'));
    writePacks(join(folder, 'pack'), {
      'manifest.yaml': manifest(),
      'tools.ts': `export const run = async () => (await import(${path})).key;`,
    });
    const loaded = await loadPack(await readPackFiles(join(folder, 'pack')), () => undefined);
    if (!('pack' in loaded)) throw new Error('It should load');
    const [tool] = loaded.pack.tools;
    if (tool?.work.kind !== 'function') throw new Error('It should be a function');
    await expect(tool.work.run({} as never, {} as never)).rejects.toThrow('imports its own files by relative paths');
  });

  test('a link out of the pack is a fault, for modules and for anything else', async () => {
    const out = (name: string, target: string) => () => symlinkSync(join(folder, target), join(folder, 'pack', name));
    const tools = { 'tools.ts': 'export const run = () => 1;' };
    expect(await faultsOf(tools, out('key.ts', 'outside/key.ts'))).toEqual(['a link that leads out of the pack']);
    rmSync(join(folder, 'pack'), { recursive: true });
    expect(await faultsOf(tools, out('ui_schema.json', 'outside/key.json'))).toEqual([
      'a link that leads out of the pack',
    ]);
    rmSync(join(folder, 'pack'), { recursive: true });
    // A folder that is a link is no part of the pack.
    const linked = { 'tools.ts': source('./outside/key.ts') };
    expect((await faultsOf(linked, out('outside', 'outside')))[0]).toContain('which the pack does not have');
  });

  test.each([
    '../outside/key:key',
    '/etc/passwd:x',
    '..outside.key:key',
    'tools.ts:run',
    'a/b:run',
    'tools:__proto__.x',
  ])('the backend %s is none', async (backend) => {
    const faults = await faultsOf({ 'manifest.yaml': manifest(backend), 'tools.ts': 'export const run = () => 1;' });
    expect(faults).toHaveLength(1);
  });

  test.each(['TOOLCRIB_VAULT_KEYS', 'TOOLCRIB_DATABASE_URL'])('a setting cannot read %s', async (name) => {
    const more = `config: { schema: [{ name: x, type: string, env_var: ${name} }] }\n`;
    const faults = await faultsOf({
      'manifest.yaml': manifest('tools:run', more),
      'tools.ts': 'export const run = () => 1;',
    });
    expect(faults).toEqual(['Variables of this name are the settings of the server itself']);
  });

  test('the code of a pack is no path', async () => {
    for (const code of ['../x', 'a/b', 'A', 'a-b', '']) {
      const text = manifest().replace('code: thief', `code: "${code}"`);
      expect(await faultsOf({ 'manifest.yaml': text, 'tools.ts': 'export const run = () => 1;' })).toHaveLength(1);
    }
  });

  test('what is too large is not read', async () => {
    writePacks(join(folder, 'pack'), { 'manifest.yaml': manifest(), 'tools.ts': 'export const run = () => 1;' });
    writeFileSync(join(folder, 'pack', 'big.json'), Buffer.alloc(9 * 1024 * 1024, 32));
    const { faults } = await readPackFiles(join(folder, 'pack'));
    expect(faults).toMatchObject([{ message: expect.stringContaining('larger than') }]);
  });
});
