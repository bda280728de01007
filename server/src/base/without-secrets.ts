// Takes the secrets of a call out of what it answers and logs: a service that repeats what it was sent must not show a model
// a secret. A help, not a wall: a service that writes the secret in another way is not noticed.

/** A shorter value is found in texts that have nothing to do with it. */
const shortest = 6;

/** The same value when no secret is in it; else a copy in which `[secret NAME]` stands for each. */
export function withoutSecrets<T>(value: T, secrets: ReadonlyMap<string, string>): T {
  const long = [...secrets].filter(([, secret]) => secret.length >= shortest);
  if (long.length === 0) return value;
  // One that contains another goes first.
  long.sort(([, one], [, other]) => other.length - one.length);
  return clean(value, (text) =>
    long.reduce((rest, [name, secret]) => rest.replaceAll(secret, `[secret ${name}]`), text),
  ) as T;
}

function clean(value: unknown, cleanText: (text: string) => string): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => clean(item, cleanText));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  const entries = Object.entries(value);
  const cleaned = entries.map(([key, item]) => [cleanText(key), clean(item, cleanText)] as const);
  const is_same = cleaned.every(([key, item], index) => key === entries[index]?.[0] && item === entries[index][1]);
  return is_same ? value : Object.fromEntries(cleaned);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
