// `$NAME`, `${NAME}` and `${NAME:default}` in a text; `$$` stands for a dollar. What is put in is never looked at again, so
// that a value cannot name another variable.
import { ToolcribError } from './errors.ts';

/** The value of a variable; undefined when there is none. */
export type LookUpVariable = (name: string) => string | undefined;

const name_length_max = 100;
const placeholder = /\$(?:\$|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?\})/g;

/** Throws `variable_missing`, which names the variable. A dollar that begins nothing of this stays as it is. */
export function resolveVariables(text: string, lookUp: LookUpVariable): string {
  if (!text.includes('$')) return text;
  return text.replaceAll(
    placeholder,
    (_whole, bare: string | undefined, braced: string | undefined, fallback: string | undefined) => {
      const name = bare ?? braced;
      return name === undefined ? '$' : valueOf(name, lookUp, fallback);
    },
  );
}

/** The value, else the default. Throws `variable_missing`. */
export function valueOf(name: string, lookUp: LookUpVariable, fallback: string | undefined): string {
  const value = lookUp(name) ?? fallback;
  if (value !== undefined) return value;
  throw new ToolcribError('variable_missing', { params: { variable: name.slice(0, name_length_max) } });
}
