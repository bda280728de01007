// How an operation wants to be shown who calls: its security schemes, as the accounts that fit and the places they go to.
import { isJsonObject } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import type { BringAt } from '../../catalog/brought.ts';
import { isHeaderValue } from '../http/fields.ts';
import { listAt, member, NotUsable, objectAt, resolve, textAt } from './openapi-document.ts';
import type { OpenApiDocument } from './openapi-document.ts';
import { isPlainHeader } from './plain-headers.ts';

type CredentialNeed = NonNullable<BringAt['need']>;
type CredentialStrategy = CredentialNeed['strategies'][number];

export type AccountPlace =
  | { readonly kind: 'header' | 'query' | 'cookie'; readonly name: string; readonly prefix: string }
  | { readonly kind: 'basic' };

/** One way to be let in. */
export interface SecurityWay {
  readonly strategies: readonly CredentialStrategy[];
  readonly scopes: readonly string[];
  /** OAuth or OpenID Connect: a token that somebody typed in is rather for another way. */
  readonly is_grant: boolean;
  /** Where fields of the account go. */
  readonly places: readonly { readonly field: string; readonly place: AccountPlace }[];
}

export interface SecurityPlan {
  /** The operation can be called by anybody. */
  readonly is_open: boolean;
  /** In the order of the document; those that cannot be kept are left out. */
  readonly ways: readonly SecurityWay[];
}

export function planSecurity(document: OpenApiDocument, operation: JsonObject): SecurityPlan {
  const written = member(operation, 'security') ?? member(document.root, 'security');
  // A document that describes schemes and never says where they count leaves that to whoever names an account.
  if (written === undefined) {
    const ways = Object.keys(schemesOf(document)).flatMap((name) => wayOf(document, { [name]: [] }));
    return { is_open: true, ways };
  }
  const requirements = (Array.isArray(written) ? (written as readonly unknown[]) : []).filter((one) =>
    isJsonObject(one),
  );
  const is_open = requirements.length === 0 || requirements.some((one) => Object.keys(one).length === 0);
  return { is_open, ways: requirements.flatMap((one) => wayOf(document, one)) };
}

function schemesOf({ root }: OpenApiDocument): JsonObject {
  return objectAt(objectAt(root, 'components'), 'securitySchemes');
}

/** Where keys go, as `header x-api-key`: what an account fills in is no argument that a model could. */
export function keyPlaces(document: OpenApiDocument): ReadonlySet<string> {
  const schemes = schemesOf(document);
  return new Set(
    Object.keys(schemes).map((name) => {
      const scheme = schemeAt(document, schemes, name);
      return `${textAt(scheme, 'in') ?? ''} ${(textAt(scheme, 'name') ?? '').toLowerCase()}`;
    }),
  );
}

function wayOf(document: OpenApiDocument, requirement: JsonObject): readonly SecurityWay[] {
  const names = Object.keys(requirement);
  if (names.length === 0) return [];
  const schemes = schemesOf(document);
  const ways = names.map((name) => schemeWay(name, schemeAt(document, schemes, name), requirement));
  const known = ways.filter((way) => way !== undefined);
  if (known.length < names.length) return [];
  if (known.length === 1) return known;
  // Several at once are one account with a field for each, named as the schemes are.
  const places = known.flatMap(({ places: [only] }, index) =>
    only === undefined || only.place.kind === 'basic' ? [] : [{ field: names[index] ?? '', place: only.place }],
  );
  if (places.length < names.length || !names.every((name) => /^[A-Za-z_]\w{0,63}$/.test(name))) return [];
  return [{ strategies: ['custom'], scopes: [], places, is_grant: false }];
}

function schemeAt(document: OpenApiDocument, schemes: JsonObject, name: string): JsonObject {
  try {
    return resolve(document, member(schemes, name));
  } catch (thrown) {
    if (thrown instanceof NotUsable) return {};
    throw thrown;
  }
}

const bearer: AccountPlace = { kind: 'header', name: 'authorization', prefix: 'Bearer ' };

function schemeWay(name: string, scheme: JsonObject, requirement: JsonObject): SecurityWay | undefined {
  const token = (place: AccountPlace, strategies: readonly CredentialStrategy[]): SecurityWay => ({
    strategies,
    scopes: [],
    places: [{ field: 'token', place }],
    is_grant: false,
  });
  switch (textAt(scheme, 'type')) {
    case 'http': {
      const kind = textAt(scheme, 'scheme')?.toLowerCase();
      if (kind === 'bearer') return token(bearer, ['oauth2', 'token']);
      return kind === 'basic'
        ? {
            strategies: ['username_password'],
            scopes: [],
            places: [{ field: 'user', place: { kind: 'basic' } }],
            is_grant: false,
          }
        : undefined;
    }
    case 'apiKey': {
      const place = keyPlace(scheme);
      return place === undefined ? undefined : token(place, ['token']);
    }
    case 'oauth2':
    case 'openIdConnect': {
      const scopes = listAt(requirement, name).filter((scope) => typeof scope === 'string');
      return { ...token(bearer, ['oauth2', 'token']), scopes, is_grant: true };
    }
    default:
      return undefined;
  }
}

function keyPlace(scheme: JsonObject): AccountPlace | undefined {
  const name = textAt(scheme, 'name');
  if (name === undefined || name === '') return undefined;
  const is_token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
  switch (textAt(scheme, 'in')) {
    case 'header':
      return isPlainHeader(name) ? { kind: 'header', name: name.toLowerCase(), prefix: '' } : undefined;
    case 'query':
      return { kind: 'query', name, prefix: '' };
    case 'cookie':
      return is_token ? { kind: 'cookie', name, prefix: '' } : undefined;
    default:
      return undefined;
  }
}

export interface FittingAccounts {
  readonly need: CredentialNeed;
  readonly ways: readonly SecurityWay[];
}

/**
 * What of the source's accounts fits one of the ways, and the ways that are left; undefined when none does. A token does not
 * say what it is: where OAuth is taken, it goes where grants go, else rather where keys go.
 */
export function fittingAccounts({ ways }: SecurityPlan, need: CredentialNeed): FittingAccounts | undefined {
  const fitting = ways.filter((way) => way.strategies.some((one) => need.strategies.includes(one)));
  const takes_grants = need.strategies.includes('oauth2') && fitting.some((way) => way.strategies.includes('oauth2'));
  const left = fitting
    .filter((way) => !takes_grants || way.strategies.includes('oauth2') || !way.strategies.includes('token'))
    .toSorted((a, b) => Number(a.is_grant) - Number(b.is_grant));
  const strategies = need.strategies.filter((one) => left.some((way) => way.strategies.includes(one)));
  if (strategies.length === 0) return undefined;
  const granted = left.find((way) => way.strategies.includes('oauth2'));
  const scopes = takes_grants ? [...new Set([...need.scopes, ...(granted?.scopes ?? [])])] : [];
  return { need: { ...need, strategies, scopes }, ways: left };
}

export interface AccountTarget {
  readonly headers: Map<string, string>;
  readonly query: string[];
}

/** Puts an account into a request by the first way that it fits. False when it fits none. */
export function writeAccount(
  ways: readonly SecurityWay[],
  account: Readonly<Record<string, string>>,
  target: AccountTarget,
): boolean {
  const way = ways.find(({ places }) =>
    places.every(({ field, place }) =>
      place.kind === 'basic' ? hasText(account, 'user') && hasText(account, 'password') : hasText(account, field),
    ),
  );
  return way !== undefined && way.places.every(({ field, place }) => writeAt(place, account, { field, target }));
}

function hasText(account: Readonly<Record<string, string>>, field: string): boolean {
  return Object.hasOwn(account, field) && account[field] !== '';
}

function writeAt(
  place: AccountPlace,
  account: Readonly<Record<string, string>>,
  { field, target }: { readonly field: string; readonly target: AccountTarget },
): boolean {
  const { headers, query } = target;
  if (place.kind === 'basic') {
    const { user = '', password = '' } = account;
    // RFC 7617: a colon ends the name.
    if (user.includes(':')) return false;
    headers.set('authorization', `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`);
    return true;
  }
  const value = `${place.prefix}${account[field] ?? ''}`;
  if (!value.isWellFormed()) return false;
  if (place.kind === 'query') {
    query.push(`${encodeURIComponent(place.name)}=${encodeURIComponent(value)}`);
    return true;
  }
  if (!isHeaderValue(value)) return false;
  if (place.kind === 'header') {
    headers.set(place.name, value);
    return true;
  }
  if (/[;,\s"\\]/.test(value)) return false;
  const before = headers.get('cookie');
  headers.set('cookie', `${before === undefined ? '' : `${before}; `}${place.name}=${value}`);
  return true;
}
