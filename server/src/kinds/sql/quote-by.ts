// Quoting for dialects in which a doubled quote stands for one, and nothing else inside quotes has a meaning.
import type { EscapeStyle } from '../../catalog/parameters.ts';

/** The text between the quotes of that style; undefined where the dialect has none. */
export function quoteBy(
  text: string,
  style: EscapeStyle,
  quotes: Readonly<Partial<Record<EscapeStyle, string>>>,
): string | undefined {
  const quote = quotes[style];
  return quote === undefined ? undefined : `${quote}${text.replaceAll(quote, quote + quote)}${quote}`;
}
