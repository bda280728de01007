import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonMessages } from './json-messages.ts';

async function* cut(text: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function all(chunks: AsyncIterable<Uint8Array>, limit_bytes: number): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const text of jsonMessages(chunks, limit_bytes)) texts.push(text);
  return texts;
}

const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
const messages = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 });

test('finds the objects wherever the stream is cut, in an array or one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(messages, cuts, async (objects, sizes) => {
      const texts = objects.map((object) => JSON.stringify(object));
      for (const text of [`[${texts.join('\n,\r\n')}]\n`, texts.join('\n')]) {
        expect(await all(cut(text, sizes), 100_000)).toEqual(texts);
      }
    }),
  );
});

test('refuses an object over the limit, and a stream that ends within one', async () => {
  await expect(all(cut(`{"a":"${'x'.repeat(100)}"}`, [10]), 50)).rejects.toThrow('larger');
  await expect(all(cut('{"a":"}"', [3]), 50)).rejects.toThrow('ended within');
});
