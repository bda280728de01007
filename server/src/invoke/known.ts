// What an earlier step of the corridor has found out.

/** The value, which an earlier step has set. */
export function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('A step of the corridor ran before the step that it builds on');
  return value;
}
