// The caller's own account in the requests of an `http` source: a token or user and password in a header, or its fields
// wherever the file names them. Nothing of it is kept: it is written into one request and forgotten.
import { ToolcribError } from '../../base/errors.ts';
import type { Fault } from '../../base/errors.ts';
import type { CallAccount } from '../../catalog/caller-account.ts';
import { isHeaderValue } from './fields.ts';
import type { HttpConfig } from './http-source.ts';

export type Account = Readonly<Record<string, string>>;

/** Writes an account into requests. */
export interface AccountWriter {
  /** Headers that are the account's, in lower case: nobody else may set them. */
  readonly headers: ReadonlySet<string>;
  /** Parameters of the query that are the account's. */
  readonly query: ReadonlySet<string>;
  /** Throws `credential_refused` when the account has not what the source sends. */
  write(account: Account, request: { readonly headers: Map<string, string>; readonly query: URLSearchParams }): void;
}

const placeholder = /\$\{credential\.([A-Za-z_]\w{0,63})\}/g;

/** Whether a text names the caller's credential, rightly written or not. */
export function namesCredential(text: string): boolean {
  return text.includes('${credential.');
}

export const httpAccount: CallAccount<HttpConfig> = {
  kind: 'call',
  strategies: (config) => {
    const names = [...placeholderNames(config)];
    if (names.length === 0) return ['oauth2', 'token', 'username_password'];
    if (names.every((name) => name === 'token')) return ['oauth2', 'token', 'custom'];
    return names.every((name) => name === 'user' || name === 'password') ? ['username_password', 'custom'] : ['custom'];
  },
  check: (config, is_used) => (is_used ? checkUsed(config) : checkUnused(config)),
};

function checkUsed(config: HttpConfig): readonly Fault[] {
  const malformed = places(config).filter(({ value }) => namesCredential(value.replaceAll(placeholder, '')));
  const header = tokenHeader(config);
  const double = Object.keys(config.headers).filter((name) => name.toLowerCase() === header);
  return [
    ...malformed.map(({ path }) => ({ path, message: 'a field of the credential is written ${credential.name}' })),
    ...(placeholderNames(config).size > 0 ? [] : double).map((name) => ({
      path: `headers.${name}`,
      message: "is set from the caller's credential",
      hint: 'Remove it, or write ${credential.token} into it.',
    })),
  ];
}

function checkUnused(config: HttpConfig): readonly Fault[] {
  const hint = 'Write "credential: {system: …}", or "credential: caller".';
  const given = (['tokenHeader', 'tokenPrefix'] as const).filter((name) => config[name] !== undefined);
  return [
    ...places(config)
      .filter(({ value }) => namesCredential(value))
      .map(({ path }) => ({ path, message: "names the caller's credential, which this source does not use", hint })),
    ...given.map((path) => ({
      path,
      message: "is about the caller's credential, which this source does not use",
      hint,
    })),
  ];
}

interface Placed {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

function places({ headers, queryParams }: HttpConfig): readonly Placed[] {
  return [...placesOf('headers', headers), ...placesOf('queryParams', queryParams)];
}

function placesOf(field: string, texts: Readonly<Record<string, string>>): readonly Placed[] {
  return Object.entries(texts).map(([name, value]) => ({ name, value, path: `${field}.${name}` }));
}

function placeholderNames(config: HttpConfig): ReadonlySet<string> {
  return new Set(places(config).flatMap(({ value }) => [...value.matchAll(placeholder)].map(([, name = '']) => name)));
}

function tokenHeader(config: HttpConfig): string {
  return (config.tokenHeader ?? 'authorization').toLowerCase();
}

/** Everything about the places that is the same for every call. */
export function createAccountWriter(source: string, config: HttpConfig): AccountWriter {
  const withFields = (texts: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
    Object.entries(texts).filter(([, value]) => namesCredential(value));
  const headers = withFields(config.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const query = withFields(config.queryParams);
  const refused = (): ToolcribError => new ToolcribError('credential_refused', { params: { credential: source } });
  const headerValue = (value: string): string => {
    if (isHeaderValue(value)) return value;
    throw refused();
  };
  if (headers.length + query.length === 0) {
    const header = tokenHeader(config);
    const prefix = config.tokenPrefix ?? (header === 'authorization' ? 'Bearer' : '');
    const textFor = ({ token, user, password }: Account): string => {
      if (token !== undefined && token !== '') return prefix === '' ? token : `${prefix} ${token}`;
      // RFC 7617: a colon ends the name.
      if (user === undefined || password === undefined || user.includes(':')) throw refused();
      return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    };
    const name = (account: Account): string => (account['token'] === undefined ? 'authorization' : header);
    return {
      headers: new Set([header, 'authorization']),
      query: new Set(),
      write: (account, request) => void request.headers.set(name(account), headerValue(textFor(account))),
    };
  }
  const fill = (template: string, account: Account): string =>
    template.replaceAll(placeholder, (_whole, field: string) => {
      const value = Object.hasOwn(account, field) ? account[field] : undefined;
      if (value === undefined || !value.isWellFormed()) throw refused();
      return value;
    });
  return {
    headers: new Set(headers.map(([name]) => name)),
    query: new Set(query.map(([name]) => name)),
    write: (account, request) => {
      for (const [name, value] of headers) request.headers.set(name, headerValue(fill(value, account)));
      for (const [name, value] of query) request.query.set(name, fill(value, account));
    },
  };
}
