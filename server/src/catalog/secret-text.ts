// `${secret.NAME}` and `${secret.NAME:default}` in a text of a tool file: the caller's secret variable, filled in at every
// call. Where a kind takes them is said by its `variable_fields`.

const placeholder = /\$\{secret\.([A-Za-z_][A-Za-z0-9_]{0,99})(?::([^}]*))?\}/g;

/** The caller's variable, else the fallback. Throws `variable_missing`. */
export type Secret = (name: string, fallback?: string) => string;

/** Whether a text names a secret variable, rightly written or not. */
export function namesSecret(text: string): boolean {
  return text.includes('${secret.');
}

export function isSecretText(text: string): boolean {
  return !namesSecret(text.replaceAll(placeholder, ''));
}

/** The variables that a text cannot do without. */
export function neededSecrets(text: string): readonly string[] {
  return [...text.matchAll(placeholder)].flatMap(([, name = '', fallback]) => (fallback === undefined ? [name] : []));
}

/** The text with its variables. A value is put in as it is and never looked at again. Throws `variable_missing`. */
export function fillSecrets(text: string, secret: Secret): string {
  return text.replaceAll(placeholder, (_whole, name: string, fallback: string | undefined) => secret(name, fallback));
}
