// How a fault names the value that came: its type, and at most forty characters of it.
import { limits } from '../base/limits.ts';

/** `the text "3"`, `the number 1.5`, `true`, `null`, `a list`, `an object`. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `the text "${shortened(value)}"`;
    case 'number':
    case 'bigint':
      return `the number ${shortened(String(value))}`;
    case 'boolean':
      return String(value);
    default:
      return describeType(value);
  }
}

/** The same without the value: for what may be secret. */
export function describeType(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'a text';
    case 'number':
    case 'bigint':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'an object';
  }
}

/** At most forty characters of a text, control characters and quotes escaped. */
export function shortened(text: string): string {
  const escaped = JSON.stringify(text.slice(0, limits.echo_characters + 1)).slice(1, -1);
  if (escaped.length <= limits.echo_characters) return escaped;
  const cut = escaped.slice(0, limits.echo_characters - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

/** A text of the tool's author, such as a regular expression: as it is written, bounded, without control characters. */
export function shownSource(text: string): string {
  const shown = text.slice(0, limits.path_characters).replaceAll(/\p{C}/gu, '?');
  return text.length <= limits.path_characters ? shown : `${shown}…`;
}
