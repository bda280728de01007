// Takes accounts out of what a service answers, the caller's and the one in the file: one that repeats what it was sent must
// not show a model a secret.
// A help, not a wall: a service that writes the secret in another way is not noticed.
import type { HttpAnswer } from '../../base/http-client.ts';
import type { Account } from './account.ts';

/** A shorter value is found in texts that have nothing to do with it. */
const shortest = 6;

/** Headers and query parameters of this name are an account of the file's author. */
const secretName = /auth|cookie|credential|key|pass|secret|session|sig|token/i;

/** The same answer when none of the secrets is in it. */
export function withoutSecretTexts(answer: HttpAnswer, secrets: readonly string[]): HttpAnswer {
  const found = secrets.filter((secret) => secret.length >= shortest && answer.body.includes(secret));
  if (found.length === 0) return answer;
  // One that contains another goes first. Latin 1 keeps every byte as it is, whatever the encoding.
  const text = found
    .toSorted((a, b) => b.length - a.length)
    .reduce(
      (rest, secret) => rest.replaceAll(Buffer.from(secret).toString('latin1'), '[secret]'),
      answer.body.toString('latin1'),
    );
  return { ...answer, body: Buffer.from(text, 'latin1') };
}

export function secretsOf(account: Account): readonly string[] {
  const { user, password } = account;
  const basic =
    user === undefined || password === undefined ? [] : [Buffer.from(`${user}:${password}`).toString('base64')];
  const values = Object.entries(account).flatMap(([name, value]) => (name === 'user' ? [] : [value]));
  return [...values, ...basic];
}

/** What of the fixed headers or query parameters is secret: the value, and what follows a word such as `Bearer`. */
export function fixedSecrets(fields: Iterable<readonly [string, string]>): readonly string[] {
  return [...fields].flatMap(([name, value]) => (secretName.test(name) ? [value, value.replace(/^[\w-]+ +/, '')] : []));
}
