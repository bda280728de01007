// JSON pointers (RFC 6901): where something stands in a provider's answer.

export const pointerPattern = /^(?:\/(?:[^~/]|~[01])*)+$/;

/** The value there; undefined when there is none. */
export function atPointer(document: unknown, pointer: string): unknown {
  let value = document;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

/** The text there, a number as text; undefined when it is neither, or empty. */
export function textAt(document: unknown, pointer: string): string | undefined {
  const value = atPointer(document, pointer);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
