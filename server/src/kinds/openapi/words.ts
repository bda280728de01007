// Words of an OpenAPI document that a model will read: bounded, and without what cannot be seen (attack A20).
import { cleanLine, cleanText } from '../../base/clean-text.ts';
import { limits } from '../../base/limits.ts';
import { textAt } from './openapi-document.ts';

/** Several lines. Empty when there are none. */
export function wordsOf(value: unknown, name: string): string {
  return cleanText(textAt(value, name) ?? '', limits.openapi_words_characters).trim();
}

/** One line. Empty when there are none. */
export function lineOf(value: unknown, name: string): string {
  return cleanLine(textAt(value, name) ?? '', limits.openapi_title_characters);
}
