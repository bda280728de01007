// What a name of a source, tool, toolset or parameter may be.

const name_characters = 128;
const pattern = new RegExp(`^[A-Za-z0-9_.-]{1,${name_characters}}$`);

/** For hints. */
export const nameRule = `Names have 1 to ${name_characters} letters, digits, "_", "." or "-".`;

/** Whether a value is a valid name. `__proto__` is none: it would change objects that are keyed by names. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '__proto__' && pattern.test(value);
}
