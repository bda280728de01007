// The types that authors of tools see: arguments from the schema, results held to theirs.
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { defineTool, ToolError } from './index.ts';

describe('defineTool', () => {
  test('gives the arguments the type that the schema makes, defaults filled in', () => {
    const tool = defineTool({
      name: 'dice.roll',
      description: 'Rolls a die.',
      input: z.object({ sides: z.int().default(6), label: z.string().optional() }),
      output: z.object({ shown: z.int() }),
      run: (args, ctx) => {
        expectTypeOf(args.sides).toEqualTypeOf<number>();
        expectTypeOf(args.label).toEqualTypeOf<string | undefined>();
        expectTypeOf(ctx.config['base_url']).toEqualTypeOf<string | number | boolean | undefined>();
        return { shown: args.sides };
      },
    });
    expect(tool.name).toBe('dice.roll');
  });

  test('refuses a result that is not what the output says', () => {
    const input = z.object({});
    const output = z.object({ shown: z.int() });
    // @ts-expect-error -- a text is no number
    const tool = defineTool({ name: 'a', description: 'a', input, output, run: () => ({ shown: 'six' }) });
    expect(tool.output).toBe(output);
  });

  test('takes a JSON Schema, and then gives plain JSON', () => {
    const tool = defineTool({
      name: 'plain',
      description: 'Takes JSON.',
      input: { type: 'object', properties: { to: { type: 'string' } } },
      run: async (args) => {
        expectTypeOf(args['to']).toExtend<unknown>();
        return { content: [{ type: 'text', text: JSON.stringify(args['to']) }] };
      },
    });
    expect(tool.input).toEqual({ type: 'object', properties: { to: { type: 'string' } } });
  });

  test('ToolError carries what the caller is told', () => {
    const error = new ToolError('gone', 'It is gone.', { retry_after_s: 3 });
    expect(error).toMatchObject({ code: 'gone', message: 'It is gone.', retryable: false, retry_after_s: 3 });
  });
});
