// Tools of the kind `input`: their work is to ask the person in whose name they are called. The message may have values of
// the call in it, and what the caller gives of a field stands filled in; the result is what the person has answered.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Arguments, Parameter } from '../../catalog/parameters.ts';
import type { Question } from '../../catalog/pauses.ts';
import { readQuestion } from '../../catalog/read-question.ts';
import type { ToolKind } from '../../catalog/tool.ts';
import { parseTemplate, placeholderNames } from '../http/template.ts';
import type { Template } from '../http/template.ts';

interface InputToolConfig {
  readonly message: string;
  readonly form: JsonObject;
}

const fields: z.ZodType<InputToolConfig> = z.strictObject({
  message: z
    .string()
    .min(1)
    .max(limits.input_message_characters)
    .describe('What the person is asked; {{.name}} stands for a parameter'),
  form: z
    .custom<JsonObject>((value) => isJsonObject(value), 'Write a JSON Schema of an object')
    .describe(
      'JSON Schema of the answer: an object of texts, numbers, booleans and choices. What a parameter of the same name gives stands filled in',
    ),
});

export const inputTool: ToolKind<InputToolConfig> = {
  type: 'input',
  aliases: [],
  source_types: [],
  for_tenants: true,
  fields,
  check: (config, { parameters }) => [...questionFaults(config), ...placeholderFaults(config, parameters)],
  prepare: ({ message, form }, { name }) => {
    const template = parseTemplate(message);
    return async (args, { pauses }) => {
      const question = { message: fill(template, args, name), schema: filledIn({ message, schema: form }, args) };
      return { kind: 'value', value: await pauses.ask(question) };
    };
  },
};

function questionFaults({ message, form }: InputToolConfig): readonly Fault[] {
  try {
    readQuestion({ message, schema: form });
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ToolcribError)) throw thrown;
    return thrown.faults.map((fault) => ({ ...fault, path: fault.path.replace(/^schema/, 'form') }));
  }
}

function placeholderFaults({ message, form }: InputToolConfig, parameters: readonly Parameter[]): readonly Fault[] {
  const template = parseTemplate(message);
  const named = placeholderNames(template);
  const in_form = isJsonObject(form['properties']) ? Object.keys(form['properties']) : [];
  const known = parameters.map(({ name }) => name);
  return [
    ...template.unknown.map((text) => ({
      path: 'message',
      message: `"${text}" is no placeholder`,
      hint: 'Write {{.name}}.',
    })),
    ...[...named]
      .filter((name) => !known.includes(name))
      .map((name) => ({ path: 'message', message: `there is no parameter "${name}"` })),
    ...known
      .filter((name) => !named.has(name) && !in_form.includes(name))
      .map((name) => ({ path: 'parameters', message: `"${name}" stands neither in the message nor in the form` })),
  ];
}

/** Throws `arguments_invalid` for what is too long to be read. */
function fill({ parts }: Template, args: Arguments, tool: string): string {
  const text = parts.map((part) => (part.kind === 'text' ? part.text : shown(args[part.name]))).join('');
  if (text.length <= limits.input_message_characters) return text;
  const message = `make a message of more than ${limits.input_message_characters} characters`;
  throw new ToolcribError('arguments_invalid', { params: { tool }, faults: [{ path: '', message }] });
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(typeof value === 'bigint' ? String(value) : value);
}

/** The form with what the caller has given as defaults, as far as that is an answer at all. */
function filledIn({ message, schema }: Question, args: Arguments): JsonObject {
  const { properties } = schema;
  if (!isJsonObject(properties)) return schema;
  const with_defaults = Object.entries(properties).map(([name, property]): [string, JsonValue] => {
    const given = args[name];
    if (given === null || given === undefined || typeof given === 'object' || !isJsonObject(property)) {
      return [name, property];
    }
    const filled = { ...property, default: typeof given === 'bigint' ? String(given) : given };
    return [
      name,
      isAskable({ message, schema: { type: 'object', properties: { [name]: filled } } }) ? filled : property,
    ];
  });
  return { ...schema, properties: Object.fromEntries(with_defaults) };
}

function isAskable(question: Question): boolean {
  try {
    readQuestion(question);
    return true;
  } catch {
    return false;
  }
}
