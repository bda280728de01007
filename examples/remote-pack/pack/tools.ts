// A tool in TypeScript beside the remote ones: it calls one of them, as the same caller and by the same rules.
import { defineTool } from '@toolcrib/client';
import { z } from 'zod';

const listed = z.object({
  kind: z.literal('value'),
  value: z.object({ notes: z.array(z.object({ text: z.string() })) }),
});

export const countWords = defineTool({
  name: 'board.count_words',
  description: 'Counts the notes on the board and their words.',
  input: z.object({}),
  output: z.object({ notes: z.int(), words: z.int() }),
  read_only: true,
  category: 'analysis',
  run: async (_args, ctx) => {
    const { notes } = listed.parse(await ctx.call('board.list_notes', {})).value;
    const words = notes.flatMap(({ text }) => text.split(/\s+/).filter((word) => word !== ''));
    return { notes: notes.length, words: words.length };
  },
});
