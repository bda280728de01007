// HTML as a value that cannot be mistaken for text: everything that is filled into a template is escaped unless it is Html.

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Filling = string | number | Html | undefined | false | readonly Html[];

/** `html\`<p>${name}</p>\``: strings are escaped, undefined and false leave nothing. */
export function html(parts: TemplateStringsArray, ...fillings: readonly Filling[]): Html {
  let text = parts[0] ?? '';
  for (const [index, filling] of fillings.entries()) text += fill(filling) + (parts[index + 1] ?? '');
  return new Html(text);
}

function fill(filling: Filling): string {
  if (filling === undefined || filling === false) return '';
  if (filling instanceof Html) return filling.text;
  if (typeof filling === 'object') return filling.map(({ text }) => text).join('');
  return escapeHtml(String(filling));
}

/** For text and for attribute values in quotes. Control characters and bidirectional overrides are made visible. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll(/(?![\t\n\r])[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}
