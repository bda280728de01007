// A regular expression in RE2 syntax as one for JSON Schema (ECMAScript with the flag u) of exactly the same meaning. What
// has no such form is given up: a schema that is slightly wrong is worse than one that says less.

interface Translation {
  readonly source: string;
  at: number;
  written: string;
}

/** Undefined where the two syntaxes have no common meaning. */
export function toEcmaPattern(source: string): string | undefined {
  const translation: Translation = { source, at: 0, written: '' };
  while (translation.at < source.length) {
    const part = nextPart(translation);
    if (part === undefined) return undefined;
    translation.written += part;
  }
  return isValid(translation.written) ? translation.written : undefined;
}

function isValid(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

/** White space of RE2 is ASCII without the vertical tab. */
const space = String.raw`\t\n\f\r `;

/** Escapes whose meaning depends on where they stand; the others are in `escaped`. */
const outside: Readonly<Record<string, string>> = {
  s: `[${space}]`,
  S: `[^${space}]`,
  A: '^',
  z: '$',
  b: String.raw`\b`,
  B: String.raw`\B`,
  '-': '-',
};
const inClass: Readonly<Record<string, string>> = { s: space, '-': String.raw`\-` };

function nextPart(translation: Translation): string | undefined {
  const { source, at } = translation;
  const character = source[at] ?? '';
  switch (character) {
    case '\\':
      return escaped(translation, outside);
    case '[':
      return characterClass(translation);
    case '.':
      // Everything but the line feed; in ECMAScript it leaves out more.
      translation.at += 1;
      return String.raw`[^\n]`;
    case '(':
      return group(translation);
    default:
      translation.at += 1;
      return character;
  }
}

/** Names of groups mean nothing here; flags have no counterpart. */
function group(translation: Translation): string | undefined {
  const opening = /\((?:\?(?::|P?<\w+>))?/y;
  opening.lastIndex = translation.at;
  const found = opening.exec(translation.source)?.[0] ?? '(';
  translation.at += found.length;
  if (found === '(' && translation.source[translation.at] === '?') return undefined;
  return found === '(?:' ? found : '(';
}

function escaped(translation: Translation, own: Readonly<Record<string, string>>): string | undefined {
  const { source, at } = translation;
  const letter = source[at + 1] ?? '';
  const long = /\\(?:[pP](?:\{[A-Z][a-z]?\}|[A-Z])|x(?:\{[0-9A-Fa-f]{1,6}\}|[0-9A-Fa-f]{2}))/y;
  long.lastIndex = at;
  const found = long.exec(source)?.[0];
  if (found !== undefined) {
    translation.at += found.length;
    if (letter === 'x') return found.replace('x{', 'u{');
    return found.length === 3 ? `\\${letter}{${found[2]}}` : found;
  }
  translation.at += 2;
  if (own[letter] !== undefined) return own[letter];
  if (/[dDwWtnrfv]/.test(letter)) return `\\${letter}`;
  // ECMAScript wants an escape for what has a meaning, and allows none for the rest.
  if (/[$^\\.*+?()[\]{}|/]/.test(letter)) return `\\${letter}`;
  return /[!-/:-@[-`{-~]/.test(letter) ? letter : undefined;
}

function characterClass(translation: Translation): string | undefined {
  const { source } = translation;
  const is_negated = source[translation.at + 1] === '^';
  translation.at += is_negated ? 2 : 1;
  let written = is_negated ? '[^' : '[';
  for (let is_first = true; ; is_first = false) {
    const character = source[translation.at];
    if (character === undefined) return undefined;
    if (character === ']' && !is_first) {
      translation.at += 1;
      return `${written}]`;
    }
    if (character === '[' && source[translation.at + 1] === ':') return undefined;
    if (character === '\\') {
      const part = escaped(translation, inClass);
      // A hyphen after a class is a hyphen; after the written-out space it would make a range.
      if (part === undefined || (part === space && source[translation.at] === '-')) return undefined;
      written += part;
    } else {
      translation.at += 1;
      written += /[[\]^]/.test(character) ? `\\${character}` : character;
    }
  }
}
