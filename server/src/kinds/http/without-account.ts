// Takes the caller's account out of what a service answers: one that repeats what it was sent must not show a model a secret.
// A help, not a wall: a service that writes the secret in another way is not noticed.
import type { HttpAnswer } from '../../base/http-client.ts';
import type { Account } from './account.ts';

/** A shorter value is found in texts that have nothing to do with it. */
const shortest = 6;

/** The same answer when nothing of the account is in it. */
export function withoutAccount(answer: HttpAnswer, account: Account): HttpAnswer {
  const found = secretsOf(account).filter((secret) => answer.body.includes(secret));
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

function secretsOf(account: Account): readonly string[] {
  const { user, password } = account;
  const basic =
    user === undefined || password === undefined ? [] : [Buffer.from(`${user}:${password}`).toString('base64')];
  const values = Object.entries(account).flatMap(([name, value]) => (name === 'user' ? [] : [value]));
  return [...values, ...basic].filter((value) => value.length >= shortest);
}
