// What a person has filled in, checked against the form on the server: a browser's own checks are a courtesy.
import { z } from 'zod';
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { AnswerField, TextFormat } from '../../catalog/read-question.ts';

/** The text that stands in a field of the form: undefined when it was not sent. A ticked box sends any text. */
export type TextOf = (name: string) => string | undefined;

/** Throws `body_invalid` with a fault per field, at `answers.<name>`. */
export function readAnswers(fields: readonly AnswerField[], textOf: TextOf): JsonObject {
  const faults: Fault[] = [];
  const answers: Record<string, JsonValue> = {};
  for (const field of fields) {
    const read = readAnswer(field, textOf(field.name));
    if ('fault' in read) faults.push({ path: `answers.${field.name}`, message: read.fault });
    else if (read.value !== undefined) answers[field.name] = read.value;
  }
  if (faults.length === 0) return answers;
  throw new ToolcribError('body_invalid', {
    params: { problem: `${faults.length} answer(s) cannot be taken` },
    faults,
  });
}

type Read = { readonly value: JsonValue | undefined } | { readonly fault: string };

function readAnswer(field: AnswerField, given: string | undefined): Read {
  if (field.kind === 'yes_no') return { value: given !== undefined };
  // Browsers end lines with CR LF (HTML, "normalize newlines").
  const text = (given ?? '').replaceAll('\r\n', '\n');
  if (text.trim() === '') return field.required ? { fault: 'is needed' } : { value: undefined };
  switch (field.kind) {
    case 'choice':
      return field.choices.some(({ value }) => value === text)
        ? { value: text }
        : { fault: 'must be one of the choices' };
    case 'number':
      return readNumber(field, text.trim());
    case 'text':
      return readText(field, text);
  }
}

function readNumber({ whole, minimum, maximum }: Extract<AnswerField, { kind: 'number' }>, text: string): Read {
  const value = Number(text);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) || !Number.isFinite(value))
    return { fault: 'must be a number' };
  if (whole && !Number.isSafeInteger(value)) return { fault: 'must be a whole number' };
  if (minimum !== undefined && value < minimum) return { fault: `must be ${minimum} or more` };
  if (maximum !== undefined && value > maximum) return { fault: `must be ${maximum} or less` };
  return { value };
}

function readText({ format, min_length, max_length }: Extract<AnswerField, { kind: 'text' }>, text: string): Read {
  const characters = Array.from(text).length;
  if (characters < min_length) return { fault: `must have ${min_length} characters or more` };
  if (characters > max_length) return { fault: `must have ${max_length} characters or fewer` };
  if (/(?![\t\n])\p{Cc}/u.test(text) || !text.isWellFormed()) return { fault: 'has characters that cannot be taken' };
  if (format === undefined) return { value: text };
  const trimmed = text.trim();
  return formats[format].check(trimmed) ? { value: trimmed } : { fault: formats[format].fault };
}

const checks = {
  email: z.email().max(254),
  uri: z.url(),
  date: z.iso.date(),
  'date-time': z.iso.datetime({ offset: true }),
} as const satisfies Record<TextFormat, z.ZodType>;

const formats: Readonly<Record<TextFormat, { check(text: string): boolean; readonly fault: string }>> = {
  email: { check: (text) => checks.email.safeParse(text).success, fault: 'must be an e-mail address' },
  uri: { check: (text) => checks.uri.safeParse(text).success, fault: 'must be an address like https://example.com/' },
  date: { check: (text) => checks.date.safeParse(text).success, fault: 'must be a date like 2026-01-31' },
  'date-time': {
    check: (text) => checks['date-time'].safeParse(text).success,
    fault: 'must be a time with its zone like 2026-01-31T12:00:00Z',
  },
};
