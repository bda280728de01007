import { expect, test } from 'vitest';
import { fenceModules } from '../../server/src/packs/module-fence.ts';
test('x', async () => {
  const files = new Map([
    [
      'a.ts',
      Buffer.from(
        "import {z} from 'zod'; import {defineTool, ToolError} from '@toolcrib/client'; import {b} from './lib/b.ts'; interface X {a: string}; export const v: string = b; export const t = defineTool({name:'x', description:'', input: z.object({}), run: () => 1}); export const E=ToolError",
      ),
    ],
    ['lib/b.ts', Buffer.from("export const b: string = 'one' as const;")],
    ['bad.ts', Buffer.from("import '../../etc/passwd.ts'")],
    ['enum.ts', Buffer.from('export const x = 1;\nenum A {B}')],
    ['syn.ts', Buffer.from('export const x = 1;\nexport const = 3;')],
    ['thr.ts', Buffer.from("export const x = 1;\nthrow new Error('boo')")],
  ]);
  const imp = fenceModules({ folder: '/tmp/somewhere', files });
  const m = await imp('a.ts');
  console.log(m);
  for (const p of ['bad.ts', 'enum.ts', 'syn.ts', 'thr.ts', 'no.ts'])
    await imp(p).catch((e) => console.log(p, e.code, e.name, e.stack));
  const again = fenceModules({
    folder: '/tmp/somewhere',
    files: new Map([...files, ['lib/b.ts', Buffer.from("export const b = 'two'")]]),
  });
  expect((await again('a.ts')).v).toBe('two');
});
