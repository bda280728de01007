// How a kind of source uses the account of whoever calls (`credential:` in a source), and what of a failure says that the
// service no longer takes that account.
import type { Fault } from '../base/errors.ts';
import type { CredentialStrategy } from '../credentials/credential.ts';

export type CallerAccount<Config = unknown> =
  /** Every account opens the source for itself. */
  | ConnectionAccount
  /** The source is opened once; its tools send the account with every call (`ctx.credential`). */
  | CallAccount<Config>;

export interface ConnectionAccount {
  readonly kind: 'connection';
  readonly strategies: readonly CredentialStrategy[];
  /** Fields of the file that the account fills in, with the account's own names: the file must not have them. */
  readonly fields: Readonly<Record<string, string>>;
  /** Values of these fields with which a file is checked, where the word "caller" is none. */
  readonly sample?: Readonly<Record<string, string>>;
  /** What errors of the driver have that say that the account is refused. */
  readonly refusal: ErrorMark;
}

export interface CallAccount<Config> {
  readonly kind: 'call';
  /** Whether the service itself says who grants access to it: then `credential: caller` takes OAuth as well. */
  readonly names_its_provider?: true;
  /** In which ways a caller may give it, the preferred one first. */
  strategies(config: Config): readonly CredentialStrategy[];
  /** What is wrong with a file that uses it, or does not; paths are relative to the source. */
  check(config: Config, is_used: boolean): readonly Fault[];
}

/** A field of an error and the values that count. */
export interface ErrorMark {
  readonly field: string;
  readonly values: readonly (string | number)[];
}

/** Whether an error, or what caused it, has the mark. */
export function hasMark(thrown: unknown, { field, values }: ErrorMark): boolean {
  let error = thrown;
  for (let depth = 0; depth < 5 && typeof error === 'object' && error !== null; depth += 1) {
    const found: unknown = Reflect.get(error, field);
    if (values.some((value) => value === found)) return true;
    error = Reflect.get(error, 'cause');
  }
  return false;
}

/** The fields of the file with the account's values; undefined when the account lacks one. */
export function filledFields(
  { fields }: ConnectionAccount,
  account: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  const filled = Object.entries(fields).map(([field, name]) => [
    field,
    Object.hasOwn(account, name) ? account[name] : undefined,
  ]);
  // An empty value could mean the server's own account to a kind.
  if (filled.some(([, value]) => value === undefined || value === '')) return undefined;
  return Object.fromEntries(filled) as Record<string, string>;
}
