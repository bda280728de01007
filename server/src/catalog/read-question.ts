// What a tool asks, as the fields of a form: from a flat JSON Schema, the same shape as in elicitations of MCP. What a form
// cannot show is refused, so that nothing of the schema is silently left out.
import { z } from 'zod';
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import type { Question } from './pauses.ts';
import { asksForSecret } from './secret-field.ts';

export const textFormats = ['email', 'uri', 'date', 'date-time'] as const;
export type TextFormat = (typeof textFormats)[number];

export type AnswerField = {
  readonly name: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly required: boolean;
} & (
  | {
      readonly kind: 'text';
      readonly format: TextFormat | undefined;
      readonly min_length: number;
      readonly max_length: number;
      readonly default: string | undefined;
    }
  | { readonly kind: 'choice'; readonly choices: readonly Choice[]; readonly default: string | undefined }
  | {
      readonly kind: 'number';
      readonly whole: boolean;
      readonly minimum: number | undefined;
      readonly maximum: number | undefined;
      readonly default: number | undefined;
    }
  | { readonly kind: 'yes_no'; readonly default: boolean }
);

interface Choice {
  readonly value: string;
  readonly title: string;
}

const text = z.string().max(limits.input_text_characters);
const length = z.int().min(0).max(limits.input_answer_characters);
const choice = text.min(1);
const common = { title: text.min(1).optional(), description: text.optional() };

const property = z.union([
  z.strictObject({
    ...common,
    type: z.literal('string'),
    enum: z.array(choice).min(1).max(limits.input_choices),
    enumNames: z.array(text.min(1)).optional(),
    default: z.string().optional(),
  }),
  z.strictObject({
    ...common,
    type: z.literal('string'),
    oneOf: z
      .array(z.strictObject({ const: choice, title: text.min(1) }))
      .min(1)
      .max(limits.input_choices),
    default: z.string().optional(),
  }),
  z.strictObject({
    ...common,
    type: z.literal('string'),
    format: z.enum(textFormats).optional(),
    minLength: length.optional(),
    maxLength: length.optional(),
    default: z.string().max(limits.input_answer_characters).optional(),
  }),
  z.strictObject({
    ...common,
    type: z.enum(['number', 'integer']),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    default: z.number().optional(),
  }),
  z.strictObject({ ...common, type: z.literal('boolean'), default: z.boolean().optional() }),
]);
type Property = z.output<typeof property>;

const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, 'must be a short name of letters, digits, _ and -');

const form = z.strictObject({
  $schema: z.string().optional(),
  type: z.literal('object'),
  properties: z.record(name, z.unknown()),
  required: z.array(z.string()).default([]),
  additionalProperties: z.literal(false).optional(),
  title: text.optional(),
  description: text.optional(),
});

/** The fields in the schema's order. Throws `config_invalid` with a fault per place. */
export function readQuestion({ message, schema }: Question): readonly AnswerField[] {
  const faults: Fault[] = [];
  if (message.trim() === '' || message.length > limits.input_message_characters) {
    faults.push({ path: 'message', message: `must have 1 to ${limits.input_message_characters} characters` });
  }
  const fields = readForm(schema, faults);
  if (faults.length > 0) throw new ToolcribError('config_invalid', { params: { count: faults.length }, faults });
  return fields;
}

function readForm(schema: JsonObject, faults: Fault[]): readonly AnswerField[] {
  const read = form.safeParse(schema);
  if (!read.success) {
    faults.push(...read.error.issues.map(({ path, message }) => ({ path: ['schema', ...path].join('.'), message })));
    return [];
  }
  const { properties, required } = read.data;
  const names = Object.keys(properties);
  if (names.length === 0 || names.length > limits.input_fields) {
    faults.push({ path: 'schema.properties', message: `must have 1 to ${limits.input_fields} fields` });
  }
  for (const one of required) {
    if (!names.includes(one)) faults.push({ path: 'schema.required', message: `there is no field "${one}"` });
  }
  return Object.entries(properties).flatMap(([field_name, value]) => {
    const path = `schema.properties.${field_name}`;
    const one = property.safeParse(value);
    if (!one.success) {
      faults.push({ path, message: 'is nothing that a form can ask', hint: formRule });
      return [];
    }
    const field = toField(field_name, one.data, required.includes(field_name));
    faults.push(...fieldFaults(field, one.data, path));
    return [field];
  });
}

const formRule =
  'A string (with format email, uri, date or date-time, minLength, maxLength, or enum, or oneOf of const and title), a number or an integer (with minimum, maximum) or a boolean; each with title, description and default.';

function toField(field_name: string, schema: Property, required: boolean): AnswerField {
  const { title = field_name, description } = schema;
  const named = { name: field_name, title, description, required };
  if (schema.type === 'boolean') return { ...named, kind: 'yes_no', default: schema.default ?? false };
  if (schema.type !== 'string') {
    const { type, minimum, maximum, default: given } = schema;
    return { ...named, kind: 'number', whole: type === 'integer', minimum, maximum, default: given };
  }
  if ('enum' in schema) {
    const choices = schema.enum.map((value, index) => ({ value, title: schema.enumNames?.[index] ?? value }));
    return { ...named, kind: 'choice', choices, default: schema.default };
  }
  if ('oneOf' in schema) {
    const choices = schema.oneOf.map(({ const: value, title: shown }) => ({ value, title: shown }));
    return { ...named, kind: 'choice', choices, default: schema.default };
  }
  const { format, minLength = 0, maxLength = limits.input_answer_characters, default: given } = schema;
  return { ...named, kind: 'text', format, min_length: minLength, max_length: maxLength, default: given };
}

function fieldFaults(field: AnswerField, schema: Property, path: string): readonly Fault[] {
  if (asksForSecret([field.name, schema.title, schema.description])) {
    return [
      {
        path,
        message: 'asks for a secret',
        hint: 'Secrets are never typed into a form of a tool: use a credential or a secret variable.',
      },
    ];
  }
  const contradictory =
    (field.kind === 'text' && field.min_length > field.max_length) ||
    (field.kind === 'number' && (field.minimum ?? -Infinity) > (field.maximum ?? Infinity)) ||
    (field.kind === 'choice' &&
      field.default !== undefined &&
      !field.choices.some(({ value }) => value === field.default));
  return contradictory ? [{ path, message: 'contradicts itself: no value, or not its default, would be right' }] : [];
}
