// The loading of modules behind their fence: types stripped, packages given, and every load a world of its own.
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { fenceModules } from '../../server/src/packs/module-fence.ts';

const folder = join(tmpdir(), 'no-such-folder');

function texts(files: Readonly<Record<string, string>>): ReadonlyMap<string, Buffer> {
  return new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
}

const entry = `
import { z } from 'zod';
import { ToolError } from '@toolcrib/client';
import { word } from './lib/word.ts';
interface Shape { readonly a: string }
export const said: string = word;
export const schema = z.object({ a: z.string() });
export const error: Error & Partial<Shape> = new ToolError('a', 'b');
`;

test('a module is loaded from what was read, with its types stripped and the packages of the server', async () => {
  const load = fenceModules({
    folder,
    files: texts({ 'a.ts': entry, 'lib/word.ts': `export const word = 'one' as const;` }),
  });
  const module = await load('a.ts');
  expect(module['said']).toBe('one');
  expect(module['error']).toBeInstanceOf(Error);
});

test('the same paths loaded again are other modules', async () => {
  const one = fenceModules({
    folder,
    files: texts({ 'a.ts': `export { word } from './b.ts';`, 'b.ts': `export const word = 1;` }),
  });
  const two = fenceModules({
    folder,
    files: texts({ 'a.ts': `export { word } from './b.ts';`, 'b.ts': `export const word = 2;` }),
  });
  expect([(await one('a.ts'))['word'], (await two('a.ts'))['word'], (await one('a.ts'))['word']]).toEqual([1, 2, 1]);
});

test('what is not there is told by its name', async () => {
  const load = fenceModules({ folder, files: texts({ 'a.ts': `import './b.ts';` }) });
  await expect(load('a.ts')).rejects.toThrow('imports "./b.ts", which the pack does not have');
});
