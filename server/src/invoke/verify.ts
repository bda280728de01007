// Verify: which of a tool's auth services vouch for the caller, and the values that the platform fills in for them.
import { ToolcribError, toToolcribError } from '../base/errors.ts';
import { callerValue } from '../base/caller.ts';
import type { Caller } from '../base/caller.ts';
import type { Claims } from '../catalog/auth-service.ts';
import type { ArgumentValue, ClaimReference, Parameter } from '../catalog/parameters.ts';
import type { ToolAuth } from '../catalog/tool.ts';

/** What became of the token of every service that a tool names, by the service's name. */
export type Vouchers = ReadonlyMap<string, Voucher>;

type Voucher =
  | { readonly kind: 'claims'; readonly claims: Claims }
  | { readonly kind: 'refused'; readonly error: ToolcribError }
  | { readonly kind: 'missing' };

/** Reads the token that came for a service. */
export type TokenOf = (service: string) => string | undefined;

/** Verifies every token that came for a service of the tool. Throws when none of the required ones is valid. */
export async function verifyTokens({ required, services }: ToolAuth, tokenOf: TokenOf): Promise<Vouchers> {
  const entries = await Promise.all(
    Array.from(services, async ([name, service]): Promise<readonly [string, Voucher]> => {
      const token = tokenOf(name);
      if (token === undefined) return [name, { kind: 'missing' }];
      try {
        return [name, { kind: 'claims', claims: await service.verify(token) }];
      } catch (thrown) {
        return [name, { kind: 'refused', error: toToolcribError(thrown) }];
      }
    }),
  );
  const vouchers = new Map(entries);
  if (required.length > 0 && !required.some((name) => vouchers.get(name)?.kind === 'claims')) {
    throw whyNot(required, vouchers);
  }
  return vouchers;
}

/** The value of a parameter that is not the caller's to give. Throws when a required one cannot be had. */
export function fillParameter(parameter: Parameter, vouchers: Vouchers | undefined, caller: Caller): ArgumentValue {
  const { filled_from } = parameter;
  if (filled_from?.kind === 'caller') return callerValue(caller, filled_from.fact);
  if (filled_from?.kind === 'claims') return claimOf(parameter, filled_from.claims, vouchers ?? new Map());
  throw new TypeError(`The parameter ${parameter.name} is not filled in`);
}

/** The claim of the first service that has vouched and has it. */
function claimOf({ required }: Parameter, claims: readonly ClaimReference[], vouchers: Vouchers): ArgumentValue {
  let without: ClaimReference | undefined;
  for (const reference of claims) {
    const voucher = vouchers.get(reference.service);
    if (voucher?.kind !== 'claims') continue;
    if (Object.hasOwn(voucher.claims, reference.field)) return voucher.claims[reference.field] as ArgumentValue;
    without ??= reference;
  }
  const names = claims.map(({ service }) => service);
  // A token that is refused is never taken for none: a query may show more to those who have none.
  if (required || names.some((name) => vouchers.get(name)?.kind === 'refused')) {
    throw without === undefined ? whyNot(names, vouchers) : claimMissing(without);
  }
  return null;
}

function claimMissing({ service, field }: ClaimReference): ToolcribError {
  return new ToolcribError('token_refused', { params: { service, reason: `it has no claim "${field}"` } });
}

/** Why none of the services vouches: what is wrong with the first token that came, else that none came. */
function whyNot(names: readonly string[], vouchers: Vouchers): ToolcribError {
  for (const name of names) {
    const voucher = vouchers.get(name);
    if (voucher?.kind === 'refused') return voucher.error;
  }
  const unique = [...new Set(names)];
  return new ToolcribError('token_missing', {
    params: {
      services: unique.map((name) => `"${name}"`).join(' or '),
      header: unique.map((name) => `${name}_token`).join(' or '),
    },
  });
}
