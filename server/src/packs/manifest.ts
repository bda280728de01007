// What `manifest.yaml` of a pack may say (remote-packs.md §3).
import { z } from 'zod';
import { limits } from '../base/limits.ts';
import { isName, nameRule } from '../catalog/names.ts';
import { toolCategories } from '../catalog/tool.ts';

const packCode = /^[a-z0-9_]{1,64}$/;
const version_pattern =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;
const text = z.string().trim().min(1);
const long_text = text.max(limits.pack_text_characters);

export const settingTypes = ['string', 'integer', 'number', 'boolean'] as const;

const field = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'A name has a-z, 0-9 and "_", and begins with a letter'),
    type: z.enum(settingTypes),
    title: text.max(100).optional(),
    description: long_text.optional(),
    required: z.boolean().default(false),
    default: z.union([z.string(), z.number(), z.boolean()]).optional(),
    env_var: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/, 'No name of an environment variable')
      .refine((name) => !name.startsWith('TOOLCRIB_'), 'Variables of this name are the settings of the server itself')
      .optional(),
    secret: z.boolean().default(false),
    address: z
      .boolean()
      .optional()
      .describe('Whether the value says where requests go: without it, every text that is no secret counts as one'),
  })
  .superRefine((value, context) => {
    const tell = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (value.secret && value.type !== 'string') tell('secret', 'a secret is of the type string');
    if (value.secret && value.default !== undefined) tell('default', 'a secret does not stand in a manifest');
    if (value.secret && value.address === true) tell('address', 'an address is no secret');
    if (value.address === true && value.type !== 'string') tell('address', 'an address is of the type string');
    if (value.default !== undefined && !fitsType(value.default, value.type)) {
      tell('default', `expected ${typeWords[value.type]}`);
    }
  });

export const typeWords = {
  string: 'a text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
} as const;

export type SettingType = (typeof settingTypes)[number];

/** Whether a value is of the type. */
export function fitsType(value: unknown, type: SettingType): value is string | number | boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  return type === 'number' ? Number.isFinite(value) : typeof value === type;
}

const schema_object = z.record(z.string(), z.json());
const remote_word = z.string().regex(/^[a-z0-9_]{1,64}$/, 'Only a-z, 0-9 and "_"');

const tool = z
  .strictObject({
    name: z.string().refine((name) => isName(name), nameRule),
    title: text.max(100).optional(),
    provider: text.max(100).optional().describe('Whose service it is, for people'),
    description: long_text.optional(),
    input_schema: schema_object.optional(),
    output_schema: schema_object.optional(),
    danger_level: z.enum(['low', 'medium', 'high', 'critical']).optional(),
    read_only: z.boolean().optional(),
    category: z.enum(toolCategories).optional(),
    timeout_ms: z.int().min(1).max(limits.call_timeout_max_ms).optional(),
    backend: z
      .string()
      .regex(
        /^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*:[A-Za-z_$][\w$]*$/,
        'Write module:function, or code.module:function: tools:send_message is the export send_message of tools.ts',
      )
      .optional(),
    remote: z
      .strictObject({
        tool_type: remote_word,
        action: remote_word,
        idempotent: z.boolean().default(false),
        connection_parameter: remote_word
          .default('channel_id')
          .describe('The parameter that the connection’s remote_connection_id is sent as'),
      })
      .optional(),
  })
  .superRefine((value, context) => {
    if ((value.backend === undefined) === (value.remote === undefined)) {
      const message = 'either "backend" or "remote" says who does the work';
      context.addIssue({ code: 'custom', path: [], message });
    }
    if (value.remote === undefined) return;
    for (const name of ['description', 'input_schema'] as const) {
      if (value[name] !== undefined) continue;
      context.addIssue({ code: 'custom', path: ['remote'], message: `a remote tool needs "${name}"` });
    }
  });

export const manifestSchema = z.strictObject({
  code: z.string().regex(packCode, 'A code has a-z, 0-9 and "_", at most 64 of them'),
  display_name: text.max(100),
  version: z.string().max(100).regex(version_pattern, 'Write a version such as "1.0.0" (semver.org), in quotes'),
  type: z.enum(['system', 'feature']),
  description: long_text.optional(),
  config: z.strictObject({ schema: z.array(field).max(limits.pack_fields).default([]) }).prefault({}),
  tools: z.array(tool).max(limits.pack_tools).default([]),
});

/** Decoded elsewhere: definitions of providers, in the words of docs/oauth.md. */
export const foreignFields: readonly string[] = ['oauth', '$schema'];

export type Manifest = z.output<typeof manifestSchema>;
export type SettingField = Manifest['config']['schema'][number];
export type ManifestTool = Manifest['tools'][number];
