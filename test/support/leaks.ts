// Finds marked secrets wherever they have got to, in every form that a program would write them in.

export interface Marker {
  /** What it is: `the refresh token`. */
  readonly name: string;
  readonly text: string;
  /** The place that hands it out, by name: once, to whom it is for. */
  readonly shown_in?: string | RegExp;
}

export interface Place {
  /** Where the text was seen: `log`, `POST /v1/keys`, `table credential`. */
  readonly name: string;
  readonly text: string;
}

/** A secret that nobody writes by accident. */
export function markedSecret(name: string): string {
  return `mk${name}${crypto.randomUUID().replaceAll('-', '')}`;
}

/** The forms of a secret: as it is, percent-encoded, in JSON, in hex, and in base64 at any of its three places. */
function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '');
    // The first and the last characters also hold bits of what stands beside it.
    const inner = encoded.slice(offset === 0 ? 0 : offset + 1, -1);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const hex = bytes.toString('hex');
  return [
    ...new Set([text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1), hex, hex.toUpperCase(), ...base64]),
  ];
}

/** Every marker in every place, as `the refresh token in table credential`. */
export function leaksIn(markers: readonly Marker[], places: readonly Place[]): readonly string[] {
  const found = new Set<string>();
  for (const { name, text, shown_in } of markers) {
    if (text.length < 12) throw new Error(`${name} is too short to be told from other texts`);
    const forms = formsOf(text);
    for (const place of places) {
      if (shown_in instanceof RegExp ? shown_in.test(place.name) : shown_in === place.name) continue;
      if (forms.some((form) => place.text.includes(form))) found.add(`${name} in ${place.name}`);
    }
  }
  return [...found].toSorted();
}
