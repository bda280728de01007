// Tools of the kind `handoff`: their work is done by a person in another application. The call pauses with a link; the same
// call, sent again, gets the checked result.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { compileSchema } from '../../catalog/json-schema.ts';
import type { HandOffSource, HandOffTool } from '../../catalog/pauses.ts';
import type { Source } from '../../catalog/source.ts';
import type { ToolKind, ToolToPrepare } from '../../catalog/tool.ts';
import { classicParameters, classicResult } from './classic-result.ts';

interface HandOffToolConfig {
  readonly slug?: string | undefined;
  readonly output_schema?: JsonObject | undefined;
  readonly work_timeout_ms: number;
  readonly restartable: boolean;
  readonly restart_duration_ms: number;
}

const fields: z.ZodType<HandOffToolConfig> = z.strictObject({
  slug: z
    .string()
    .max(limits.handoff_slug_characters)
    .regex(/^[A-Za-z0-9_-]+$/, 'Letters, digits, - and _')
    .optional()
    .describe('Name of the tool at the client (`exam`); the name of the tool when absent'),
  output_schema: z
    .custom<JsonObject>((value) => isJsonObject(value), 'Write a JSON Schema of an object')
    .optional()
    .describe('JSON Schema of the `data` of a result; the fields of the classic contract when absent'),
  work_timeout_ms: z
    .int()
    .min(1_000)
    .max(limits.handoff_max_ms)
    .default(limits.handoff_ms)
    .describe('How long the whole of it may take, from the first call to the result'),
  restartable: z.boolean().default(false).describe('Whether a person who has begun may start again'),
  restart_duration_ms: z
    .int()
    .min(1_000)
    .max(limits.handoff_max_ms)
    .default(60 * 60_000)
    .describe('How long after the first start that is possible'),
});

export const handoffTool: ToolKind<HandOffToolConfig> = {
  type: 'handoff',
  aliases: [],
  source_types: ['handoff'],
  fields,
  default_parameters: classicParameters,
  reads: () => false,
  // Nothing happens before the person goes on themselves: asking them whether they may be asked would be once too often.
  danger: 'low',
  check: ({ output_schema }) => (output_schema === undefined ? [] : schemaFaults(output_schema)),
  handOff: toHandOff,
  prepare: (config, tool) => {
    const hand_off = toHandOff(config, tool);
    return async (args, ctx) => {
      const { data } = await ctx.pauses.handOff({ ...hand_off, input: args as JsonObject });
      return { kind: 'value', value: data };
    };
  },
};

function toHandOff(config: HandOffToolConfig, { name, source }: Pick<ToolToPrepare, 'name' | 'source'>): HandOffTool {
  const { name: client, client: settings } = handOffSourceOf(source);
  return {
    client,
    settings,
    slug: config.slug ?? name,
    output_schema: config.output_schema ?? classicResult,
    timeout_ms: config.work_timeout_ms,
    restart_ms: config.restartable ? config.restart_duration_ms : 0,
  };
}

function handOffSourceOf(source: Source | undefined): HandOffSource {
  if (source === undefined || !('client' in source))
    throw new TypeError('handoff was linked to a source of another kind');
  return source as HandOffSource;
}

function schemaFaults(output_schema: JsonObject): readonly Fault[] {
  try {
    compileSchema(output_schema);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError)) throw thrown;
    return thrown.faults.map((fault) => ({
      ...fault,
      path: fault.path === '' ? 'output_schema' : `output_schema.${fault.path}`,
    }));
  }
}
