// One decoded prompt, ready to be filled.
import { argumentPlace } from './decode-prompt.ts';
import type { PromptDefinition } from './decode-prompt.ts';
import type { Scoped } from './linking.ts';
import type { ArgumentValue, Parameter } from './parameters.ts';
import type { Prompt } from './prompt.ts';
import { canonicalJson, isJsonObject } from '../base/json.ts';
import { compileValidator } from './validate-arguments.ts';

export function linkPrompt({ definition, decoding, scope }: Scoped<PromptDefinition>): Prompt | undefined {
  if (definition === undefined || decoding.faults.length > 0) return undefined;
  const { messages, ...described } = definition;
  const validate = compileValidator(definition.name, definition.parameters);
  const types = new Map(definition.parameters.map((parameter) => [parameter.name, parameter]));
  return {
    ...described,
    scope,
    fill: (args) => {
      const values = validate(isJsonObject(args) ? readTexts(args, types) : args, () => null);
      return messages.map(({ role, text }) => ({
        role,
        text: text.replaceAll(argumentPlace, (_written, name: string) => shown(values[name] ?? null)),
      }));
    },
  };
}

/** Numbers and truth values from the texts that the protocol carries; what is none stays a text, and is refused as one. */
function readTexts(
  args: Readonly<Record<string, unknown>>,
  parameters: ReadonlyMap<string, Parameter>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      const type = parameters.get(name)?.type;
      return [name, typeof value !== 'string' || type === undefined || type === 'string' ? value : readText(value)];
    }),
  );
}

function readText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function shown(value: ArgumentValue): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : canonicalJson(value);
}
