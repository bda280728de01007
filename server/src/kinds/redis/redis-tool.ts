// The tool kind `redis`: a list of commands, run one after the other, each answer an item of the result. `$name` stands for a
// parameter and is always one argument, whatever is in it; a list is one argument for each of its items.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Arguments, ArgumentValue, Parameter } from '../../catalog/parameters.ts';
import type { Source } from '../../catalog/source.ts';
import type { ToolKind } from '../../catalog/tool.ts';
import { checkCommands } from './check-commands.ts';
import type { RedisSource } from './redis-source.ts';

export interface RedisToolConfig {
  readonly commands: readonly (readonly string[])[];
}

const item = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const fields: z.ZodType<RedisToolConfig> = z.strictObject({
  commands: z
    .array(z.array(item).min(1).max(limits.tool_parameters))
    .min(1)
    .max(limits.redis_commands)
    .describe('Commands, each a list of its name and arguments; $name stands for a parameter'),
});

export const redisTool: ToolKind<RedisToolConfig> = {
  type: 'redis',
  aliases: ['valkey'],
  source_types: ['redis'],
  fields,
  check: ({ commands }, { parameters, read_only }): readonly Fault[] => checkCommands(commands, parameters, read_only),
  prepare: ({ commands }, { name, parameters, read_only, source }) => {
    const redis = redisOf(source);
    const by_item = new Map(parameters.map((parameter) => [`$${parameter.name}`, parameter]));
    return async (args, { signal, limits: result_limits }) => {
      const bound = commands.map((items) =>
        items.flatMap((one) => bindItem(one, by_item.get(one), { args, tool: name })),
      );
      const value = await redis.run(bound, { read_only, signal, limit_bytes: result_limits.bytes });
      return { kind: 'value', value: [...value] };
    };
  },
};

function redisOf(source: Source | undefined): RedisSource {
  if (source === undefined || !('run' in source)) throw new TypeError('A redis tool was linked to another source');
  return source as RedisSource;
}

interface Binding {
  readonly args: Arguments;
  readonly tool: string;
}

/** The arguments that an item of a command stands for. */
function bindItem(item_text: string, parameter: Parameter | undefined, binding: Binding): readonly string[] {
  if (parameter === undefined) return [item_text];
  const value = binding.args[parameter.name] ?? null;
  const values: readonly ArgumentValue[] = Array.isArray(value) ? (value as readonly ArgumentValue[]) : [value];
  return values.map((one) => {
    if (one !== null && typeof one !== 'object') return String(one);
    // The file's check leaves nulls in lists only.
    const message = 'Redis has no null: every item must have a value';
    throw new ToolcribError('arguments_invalid', {
      params: { tool: binding.tool },
      faults: [{ path: parameter.name, message }],
    });
  });
}
