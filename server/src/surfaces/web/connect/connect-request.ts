// What the page for connecting is asked for: the same fields in the address of the page, in its form, and in REST's link to it.
import { z } from 'zod';
import { ToolcribError } from '../../../base/errors.ts';
import type { Fault } from '../../../base/errors.ts';
import type { PublicAddresses } from '../../../base/public-addresses.ts';
import { checkReturn } from '../../../credentials/oauth/return-address.ts';
import type { WantedConnection } from '../../../credentials/oauth/wanted-connection.ts';
import type { Identify } from '../../../identity/principal.ts';
import type { FlowDeps } from '../../../credentials/oauth/flow.ts';

export interface ConnectDeps {
  readonly oauth: FlowDeps;
  readonly identify: Identify;
  readonly addresses: PublicAddresses;
  /** Addresses elsewhere to which people may be sent back. */
  readonly return_urls: readonly string[];
}

const uuid = z.uuid();

const fields = z.object({
  name: z.string().trim().min(1).max(100).optional(),
  scope: z.enum(['private', 'shared']).default('private'),
  oauth_client_id: uuid.optional(),
  credential_id: uuid.optional(),
  interaction_id: uuid.optional(),
  return_to: z.string().max(2_000).optional(),
});

export interface ConnectRequest extends WantedConnection {
  readonly return_to: string | undefined;
}

const option_prefix = 'option.';

/** From a query or a form. Throws `body_invalid`. */
export function readConnectRequest(provider: string, given: URLSearchParams): ConnectRequest {
  const values = [...given].filter(([, value]) => value !== '');
  const decoded = fields.safeParse(Object.fromEntries(values));
  if (!decoded.success) {
    const faults = decoded.error.issues.map((issue): Fault => ({ path: issue.path.join('.'), message: issue.message }));
    throw new ToolcribError('body_invalid', { params: { problem: 'some of its fields cannot be used' }, faults });
  }
  const options = values.flatMap(([name, value]) =>
    name.startsWith(option_prefix) ? [[name.slice(option_prefix.length), value.trim()] as const] : [],
  );
  const scopes = given.getAll('scopes').flatMap((text) => text.split(' ').filter((one) => one !== ''));
  // A form with every box empty is a choice too.
  const is_picked = given.has('scopes') || given.has('picked');
  const { return_to, ...rest } = decoded.data;
  return { provider, ...rest, options: Object.fromEntries(options), ...(is_picked ? { scopes } : {}), return_to };
}

/** The same as the query of the page's address. */
export function connectQuery(request: Omit<ConnectRequest, 'provider'>): string {
  const { scopes, options, scope, ...rest } = request;
  const query = new URLSearchParams(scope === 'shared' ? { scope } : {});
  for (const [name, value] of Object.entries(rest)) if (typeof value === 'string') query.set(name, value);
  if (scopes !== undefined) query.set('scopes', scopes.join(' '));
  for (const [name, value] of Object.entries(options)) query.set(`${option_prefix}${name}`, value);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export function optionField(name: string): string {
  return `${option_prefix}${name}`;
}

/** Where the person goes afterwards: where they said, the page of what asked for it, or their account. Throws `body_invalid`. */
export function returnOf(
  { return_to, interaction_id }: Pick<ConnectRequest, 'return_to' | 'interaction_id'>,
  { own_origin, return_urls }: { readonly own_origin: string; readonly return_urls: readonly string[] },
): string {
  const page = interaction_id === undefined ? '/account' : `/interactions/${interaction_id}`;
  return checkReturn(return_to ?? page, { own_origin, allowed: return_urls });
}

/** Origin of this server as this browser knows it. */
export function originOf(addresses: PublicAddresses, host: string | undefined): string {
  return new URL(addresses.urlFor(host, '/')).origin;
}
