// What the secrets of a credential must be, by the way in which the account is given. Nothing of a value is ever repeated.
import { ToolcribError } from '../base/errors.ts';
import type { Fault } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { CredentialStrategy } from './credential.ts';

export type SecretFields = Readonly<Record<string, string>>;

/** The ways in which a person can give an account by hand; a grant of OAuth comes from its provider alone. */
export type GivenStrategy = Exclude<CredentialStrategy, 'oauth2'>;

const fixed: Readonly<Record<Exclude<GivenStrategy, 'custom'>, readonly string[]>> = {
  token: ['token'],
  username_password: ['user', 'password'],
};

/** Throws `body_invalid` with one fault for each field. */
export function checkFields(strategy: GivenStrategy, fields: SecretFields): void {
  const faults = [
    ...nameFaults(strategy, fields),
    ...Object.entries(fields).flatMap(([name, value]) => valueFault(strategy, name, value)),
  ];
  if (faults.length === 0) return;
  throw new ToolcribError('body_invalid', { params: { problem: `its fields have ${faults.length} fault(s)` }, faults });
}

function nameFaults(strategy: GivenStrategy, fields: SecretFields): readonly Fault[] {
  const names = Object.keys(fields);
  if (strategy === 'custom') {
    const wrong = names.filter((name) => !/^[A-Za-z_]\w{0,63}$/.test(name));
    if (names.length === 0 || names.length > limits.credential_fields) {
      return [{ path: 'body.fields', message: `has from 1 to ${limits.credential_fields} fields` }];
    }
    return wrong.map((name) => ({
      path: `body.fields.${name.slice(0, limits.echo_characters)}`,
      message: 'is no name of a field',
      hint: 'Letters, digits and "_", at most 64, not beginning with a digit.',
    }));
  }
  const wanted = fixed[strategy];
  return [
    ...wanted
      .filter((name) => !Object.hasOwn(fields, name))
      .map((name) => ({ path: `body.fields.${name}`, message: 'is missing' })),
    ...names
      .filter((name) => !wanted.includes(name))
      .map((name) => ({
        path: `body.fields.${name.slice(0, limits.echo_characters)}`,
        message: 'unknown field',
        hint: `A credential of this kind has ${wanted.join(' and ')}.`,
      })),
  ];
}

function valueFault(strategy: GivenStrategy, name: string, value: string): readonly Fault[] {
  const path = `body.fields.${name.slice(0, limits.echo_characters)}`;
  const told = (message: string): readonly Fault[] => [{ path, message }];
  if (value === '') return told('must not be empty');
  if (Buffer.byteLength(value) > limits.credential_field_bytes)
    return told(`has more than ${limits.credential_field_bytes} bytes`);
  if (!value.isWellFormed() || value.includes('\0')) return told('is no text');
  // A token goes into a header; a line break at its end is what an editor has added.
  return strategy === 'token' && /[^\x21-\x7e]/.test(value)
    ? told('has spaces, line breaks or other signs that no token has')
    : [];
}
