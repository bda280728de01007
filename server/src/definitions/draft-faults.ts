// What a definition must not hold whatever its kind: secrets in plain text, variables of the server, texts that cannot be
// stored. A definition is read by every builder of the tenant, shown in lists and kept in backups.
import type { Fault } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { pathOf } from './definition.ts';
import type { DefinitionDraft } from './definition.ts';

/** How deep fields are looked at: a field, or an entry of one such as a header. Below stand documents and schemas. */
const looked_at_depth = 2;

/** Everything that is wrong with the fields as such. */
export function draftFaults(draft: DefinitionDraft): readonly Fault[] {
  const path = pathOf(draft);
  const faults: Fault[] = [];
  const budget = { values: limits.config_values };
  visit({ value: draft.body, path, depth: 0, key: '' }, { draft, faults, budget });
  if (faults.length > 0) return faults.slice(0, limits.faults);
  const size = Buffer.byteLength(JSON.stringify(draft.body));
  if (size <= limits.definition_bytes) return [];
  return [{ path, message: `has ${size} bytes; a definition has at most ${limits.definition_bytes}` }];
}

interface Visited {
  readonly value: unknown;
  readonly path: string;
  readonly depth: number;
  /** Of the nearest field or entry. */
  readonly key: string;
}

interface Visit {
  readonly draft: DefinitionDraft;
  readonly faults: Fault[];
  readonly budget: { values: number };
}

function visit({ value, path, depth, key }: Visited, to: Visit): void {
  to.budget.values -= 1;
  if (to.budget.values === 0) to.faults.push({ path, message: `more than ${limits.config_values} values` });
  if (to.budget.values <= 0) return;
  if (typeof value === 'string') return visitText({ value, path, depth, key }, to);
  if (typeof value === 'bigint') to.faults.push({ path, message: 'is a number that cannot be kept exactly' });
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    return value.forEach((item, index) => visit({ value: item, path: `${path}[${index}]`, depth, key }, to));
  }
  for (const [name, item] of Object.entries(value)) {
    const at = `${path}.${shown(name)}`;
    if (!isStorable(name)) to.faults.push({ path: at, message: 'has a name that cannot be stored' });
    else visit({ value: item, path: at, depth: depth + 1, key: name }, to);
  }
}

function visitText({ value, path, depth, key }: Visited & { readonly value: string }, { draft, faults }: Visit): void {
  if (!isStorable(value)) faults.push({ path, message: 'holds characters that cannot be stored' });
  if (depth > looked_at_depth || key === 'description') return;
  if (server_variable.test(value)) {
    const hint =
      "Write ${secret.NAME} for a secret variable of the caller's, or the value itself where it is no secret.";
    faults.push({ path, message: 'variables of the server are filled in for files only', hint });
  }
  // What a tool takes from its callers may be named like a secret; what is written into a request may not be one.
  const is_field = draft.entity === 'source' || path.includes('.headers.');
  if ((is_field && namesSecretField(key) && isWritten(value)) || looksSecret(value)) {
    const hint =
      'Let callers bring their account ("credential": "caller"), or write ${secret.NAME} for a secret variable.';
    faults.push({ path, message: 'secrets are not written into definitions, which others can read', hint });
  }
}

const server_variable = /\$\{(?!secret\.|credential\.)\w+(?::[^}]*)?\}/;

/** PostgreSQL keeps neither NUL nor half of a surrogate pair. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0') && text !== '__proto__';
}

const secret_words = new Set([
  ...['authorization', 'authentication', 'auth', 'password', 'passwd', 'pwd', 'secret', 'token', 'apikey', 'cookie'],
  ...['credentials', 'bearer', 'signature', 'passphrase', 'session', 'jwt', 'pat'],
]);
const key_words = new Set(['api', 'private', 'access', 'secret', 'signing', 'subscription', 'encryption', 'auth']);
/** A field that ends so speaks of a secret and holds none: `tokenHeader`, `token_ms`, `secret_name`. */
const harmless_ends = new Set(['header', 'prefix', 'url', 'ms', 'type', 'name', 'path', 'id', 'expiry']);

function namesSecretField(key: string): boolean {
  const words = key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  if (harmless_ends.has(words.at(-1) ?? '')) return false;
  return words.some(
    (word, index) => secret_words.has(word) || (word === 'key' && key_words.has(words[index - 1] ?? '')),
  );
}

/** Whether anything but placeholders, schemes and separators is there: `Bearer ${secret.NAME}` has none. */
function isWritten(value: string): boolean {
  const rest = value
    .replaceAll(/\$\{(?:secret|credential)\.[^}:]*\}/g, '')
    .replaceAll(/\b(?:bearer|basic|token)\b/gi, '');
  return /[\p{L}\p{N}]/u.test(rest);
}

const secret_texts = [
  /\b(?:bearer|basic)\s+[\w+/=.~-]{8,}/i,
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|sk-[A-Za-z0-9_-]{16}|sk_(?:live|test)_|rk_live_|AKIA|ASIA|AIza|tc_)[\w-]{6,}/,
  /\beyJ[\w-]{6,}\.eyJ[\w-]{6,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]+:[^/\s@]+@/i,
];

function looksSecret(value: string): boolean {
  return secret_texts.some((pattern) => pattern.test(value));
}

function shown(name: string): string {
  const clean = name.replaceAll(/\p{C}/gu, '?');
  return clean.length <= limits.path_characters ? clean : `${clean.slice(0, limits.path_characters)}…`;
}
